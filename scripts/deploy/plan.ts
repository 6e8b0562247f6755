// What `npm run deploy` will do: the project's files against what is in the account. Pure; nothing here changes anything.
import { EXIT, Failure } from '../cli/failure.ts';
import type { ConfigFile, Project } from '../project.ts';
import { type Account, type Namespace, nameOf } from './account.ts';

const SPLITS = 'SPLITS';
const PLACEHOLDER = /^0*$/;

/** A config whose namespace id is to be replaced. */
export interface IdChange {
  readonly path: string;
  readonly from: string;
}

/** A slot's Worker that is not there yet. */
export interface NewSlot {
  readonly worker: string;
  readonly path: string;
}

/** What will be done; a part that is there already is not in it. */
export interface Plan {
  /** `id` is `undefined` when the namespace is to be made. */
  readonly namespace: { readonly title: string; readonly id: string | undefined; readonly write: readonly IdChange[] };
  readonly newSlots: readonly NewSlot[];
  readonly newAdminToken: boolean;
  readonly newOverrideSecret: boolean;
  readonly newControl: boolean;
  readonly newRouter: boolean;
}

/**
 * The plan for what is there.
 * @throws Failure when the files do not fit each other or the account
 */
export function planOf(project: Project, account: Account): Plan {
  const { control, router } = account;
  const has = (secrets: readonly string[] | undefined, name: string) => secrets?.includes(name) ?? false;
  return {
    namespace: namespaceOf(project, account.namespaces),
    newSlots: newSlotsOf(project, account),
    newAdminToken: !has(control, 'ADMIN_TOKEN'),
    // Its value cannot be read back, so that a lone one is of no use.
    newOverrideSecret: !has(control, 'OVERRIDE_SECRET') || !has(router, 'OVERRIDE_SECRET'),
    newControl: control === undefined,
    newRouter: router === undefined,
  };
}

function namespaceOf({ router, control }: Project, known: readonly Namespace[]): Plan['namespace'] {
  const title = `${nameOf(router)}-splits`;
  const files = [router, control].map((file) => ({ path: file.path, from: idIn(file) }));
  const real = [...new Set(files.map(({ from }) => from).filter((id) => !PLACEHOLDER.test(id)))];
  const [chosen] = real;
  if (real.length > 1)
    throw new Failure(
      EXIT.failed,
      `${router.path} and ${control.path} name two KV namespaces: ${real.join(' and ')}.`,
      'Write the same id into both.',
    );
  if (chosen !== undefined && !known.some(({ id }) => id === chosen))
    throw new Failure(
      EXIT.failed,
      `The account has no KV namespace with the id ${chosen}, which ${files.find(({ from }) => from === chosen)?.path} names.`,
      `Log in to the account that has it. To have a new one made, write the id ${'0'.repeat(32)} there.`,
    );
  const id = chosen ?? known.find((namespace) => namespace.title === title)?.id;
  return { title, id, write: files.filter(({ from }) => from !== id) };
}

function idIn({ path, config }: ConfigFile): string {
  const id = config.kv_namespaces.find(({ binding }) => binding === SPLITS)?.id;
  if (id === undefined)
    throw new Failure(EXIT.failed, `${path} binds no KV namespace with an id as ${SPLITS}.`, 'Put the entry back as it was.');
  return id;
}

function newSlotsOf({ slots, router }: Project, account: Account): NewSlot[] {
  const found = new Map<string, NewSlot>();
  for (const { slot, service, worker, binding, file } of slots) {
    if (worker === undefined)
      throw new Failure(
        EXIT.failed,
        `${router.path} binds no Worker as ${binding}, which slot ${slot} of ${service} needs.`,
        `Add a [[services]] entry with binding = "${binding}".`,
      );
    if (account.slots.get(worker) !== undefined) continue;
    if (file === undefined)
      throw new Failure(
        EXIT.failed,
        `Slot ${slot} of ${service} is the Worker ${worker}, which is not deployed, and no config below slots/ has that name.`,
        'Deploy it once with wrangler, or put its config below slots/.',
      );
    found.set(worker, { worker, path: file.path });
  }
  return [...found.values()];
}

/** The plan for people, a line each. `seed` is what will be done about recording and activating. */
export function planLines(plan: Plan, { slots, control, router }: Project, seed: string): string[] {
  const { namespace, newSlots, newAdminToken, newOverrideSecret, newControl, newRouter } = plan;
  const ids = namespace.write.map(({ path }) => path).join(' and ');
  const workers = [...new Set(slots.flatMap(({ worker }) => (worker === undefined ? [] : [worker])))];
  const secrets = (names: readonly string[]) => (names.length === 0 ? '' : `, with a new secret ${names.join(' and ')}`);
  const deployed = (isNew: boolean) => (isNew ? 'will be made' : 'is there, gets the code of this clone');
  const override = newOverrideSecret ? ['OVERRIDE_SECRET'] : [];
  return [
    `1  KV        ${namespace.title} ${namespace.id === undefined ? 'will be made' : `is there (${namespace.id})`}${ids === '' ? '' : `, its id written into ${ids}`}`,
    ...workers.map((worker, i) => {
      const made = newSlots.find((slot) => slot.worker === worker);
      return `${i === 0 ? '2  slots   ' : '           '}  ${worker} ${made === undefined ? 'is there, stays as it is' : `will be made from ${made.path}`}`;
    }),
    `3  control   ${nameOf(control)} ${deployed(newControl)}${secrets([...(newAdminToken ? ['ADMIN_TOKEN'] : []), ...override])}`,
    `4  traffic   ${seed}`,
    `5  router    ${nameOf(router)} ${deployed(newRouter)}${secrets(override)}`,
  ];
}
