// What GitHub says of the run: who, which commit, where to read on. For the record of a version and the audit. Pure.

/** The API takes no more, in characters. */
const MAX_SHORT = 128;

/** Who set the run off. */
export function authorOf({ GITHUB_ACTOR }: NodeJS.ProcessEnv): string | undefined {
  return GITHUB_ACTOR?.slice(0, MAX_SHORT) || undefined;
}

/** `Commit 1a2b3c… of main`. */
export function commitOf({ GITHUB_SHA, GITHUB_REF_NAME }: NodeJS.ProcessEnv): string | undefined {
  if (!GITHUB_SHA) return undefined;
  return `Commit ${GITHUB_SHA}${GITHUB_REF_NAME ? ` of ${GITHUB_REF_NAME}` : ''}`;
}

/** Where the run is to be seen; in few words where its address is too long for the record. */
export function sourceOf(env: NodeJS.ProcessEnv): string | undefined {
  const address = addressOf(env);
  if (address === undefined || address.length <= MAX_SHORT) return address;
  return `Run ${env.GITHUB_RUN_ID} of ${env.GITHUB_REPOSITORY}`.slice(0, MAX_SHORT);
}

/** Why, for the audit. */
export function runOf(env: NodeJS.ProcessEnv): string {
  const by = authorOf(env);
  return `GitHub Actions${by === undefined ? '' : `, by ${by}`}: ${addressOf(env) ?? 'a run of its own'}`;
}

function addressOf({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID }: NodeJS.ProcessEnv): string | undefined {
  if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY || !GITHUB_RUN_ID) return undefined;
  return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
}
