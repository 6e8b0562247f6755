// Made by `npm run bundle:action` of the sources in scripts/: mend those.

// scripts/cli/failure.ts
var EXIT = {
  done: 0,
  /** Refused, or it failed. */
  failed: 1,
  usage: 2,
  /** `release wait`: rolled back or aborted. */
  rolledBack: 3,
  timedOut: 4,
  unreachable: 5
};
var Failure = class extends Error {
  code;
  next;
  constructor(code2, message, next2) {
    super(message);
    this.code = code2;
    this.next = next2;
  }
};

// scripts/deploy/steps.ts
function interruptible() {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const names = ["SIGINT", "SIGTERM"];
  for (const name of names) process.once(name, abort);
  return { signal: controller.signal, done: () => names.forEach((name) => void process.removeListener(name, abort)) };
}

// scripts/cli/client.ts
var WAIT_MS = 15e3;
var UNREACHABLE_NEXT = 'Start it with "npm run dev", or set SLUICE_URL (or --url) to where control is deployed.';
var Refused = class extends Failure {
  problem;
  reason;
  constructor(problem, next2) {
    super(EXIT.failed, problem.detail, next2);
    this.problem = problem;
    this.reason = problem.type.replace("/problems/", "");
  }
};
var Unreachable = class extends Failure {
  /** Of what answered in its place; `undefined` where nothing did. */
  status;
  constructor(message, status, next2 = UNREACHABLE_NEXT) {
    super(EXIT.unreachable, message, next2);
    this.status = status;
  }
};
var Client = class {
  access;
  constructor(access) {
    this.access = access;
  }
  /**
   * @param path under `/v1`, such as `/services/app`
   * @throws Refused for a problem, Unreachable where control does not answer
   */
  async call(method, path, body) {
    const response = await this.send(method, path, AbortSignal.timeout(WAIT_MS), body);
    const value = await jsonFrom(response);
    if (isControl(response) && value === void 0) throw this.brokenOff("in the midst of it");
    if (response.ok && value !== void 0) return value;
    throw this.refusal(response, value);
  }
  /**
   * The lines of an answer, as they come.
   * @throws as `call` does, and Unreachable where the answer breaks off
   */
  async *lines(path) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(new DOMException("", "TimeoutError")), WAIT_MS);
    try {
      const response = await this.send("GET", path, stop.signal);
      if (!response.ok || !isControl(response)) throw this.refusal(response, await jsonFrom(response));
      let rest = "";
      for await (const text of this.texts(response)) {
        timer.refresh();
        const [first = "", ...others] = text.split("\n");
        const whole = [rest + first, ...others];
        rest = whole.pop() ?? "";
        yield* whole;
      }
      if (rest !== "") throw this.brokenOff("in the midst of a line");
    } finally {
      clearTimeout(timer);
    }
  }
  async send(method, path, signal, body) {
    const { url, token } = this.access;
    const headers = { authorization: `Bearer ${token}` };
    if (body !== void 0) headers["content-type"] = "application/json";
    try {
      return await fetch(`${url.replace(/\/+$/, "")}/v1${path}`, {
        method,
        headers,
        body: body === void 0 ? null : JSON.stringify(body),
        // A POST that follows a redirect may become a GET, and the token is meant for this address alone.
        redirect: "manual",
        signal
      });
    } catch (error) {
      throw new Unreachable(`Control does not answer at ${url} (${causeOf(error)}).`);
    }
  }
  async *texts({ body }) {
    const utf8 = new TextDecoder();
    try {
      for await (const bytes of body ?? []) yield utf8.decode(bytes, { stream: true });
    } catch (error) {
      throw this.brokenOff(causeOf(error));
    }
  }
  brokenOff(why) {
    return new Unreachable(`The answer of control at ${this.access.url} broke off (${why}).`, void 0, "Run it again.");
  }
  refusal({ status }, value) {
    if (isProblem(value)) return new Refused(value, status === 401 ? "Set SLUICE_TOKEN, or pass --token." : void 0);
    const { url } = this.access;
    return new Unreachable(`What answers at ${url} is no Sluice control (status ${status}).`, status);
  }
};
function isControl({ headers }) {
  return headers.get("x-sluice") === "control";
}
function jsonFrom(response) {
  return isControl(response) ? response.json().catch(() => void 0) : Promise.resolve(void 0);
}
function isProblem(value) {
  const problem = value;
  return typeof problem?.type === "string" && typeof problem.status === "number" && typeof problem.detail === "string";
}
function causeOf(error) {
  if (error instanceof DOMException) return `no answer in ${WAIT_MS / 1e3} s`;
  const cause = error instanceof Error ? error.cause ?? error : error;
  return cause instanceof Error ? cause.code ?? cause.message : String(cause);
}

// scripts/action/job.ts
import { setTimeout as sleep } from "node:timers/promises";

// control/words.ts
var MINUTE = 60;
var HOUR = 60 * MINUTE;
var DAY = 24 * HOUR;
var UNIT_NAMES = { 1: "s", [MINUTE]: "min", [HOUR]: "h", [DAY]: "d" };
function percent(weight) {
  return `${Number(weight.toFixed(2))} %`;
}
function shareText(share) {
  const hundredths = share * 100;
  if (hundredths > 0 && hundredths < 0.1) return "<0.1 %";
  return `${Number(hundredths.toFixed(hundredths < 10 ? 1 : 0))} %`;
}
function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return two(whole, MINUTE, "min", 1, "s");
  if (whole < DAY) return two(whole, HOUR, "h", MINUTE, "min");
  return two(whole, DAY, "d", HOUR, "h");
}
function roughly(seconds) {
  return duration(seconds < 2 * MINUTE ? seconds : Math.round(seconds / MINUTE) * MINUTE);
}
function secondsUntil(to, from) {
  return Math.max(0, (Date.parse(to) - from) / 1e3);
}
function count(number, thing) {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
function versionName(version) {
  if (version === null) return "empty";
  const id = /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(version.versionId) ? version.versionId.slice(0, 8) : version.versionId;
  return version.tag === null ? id : `${version.tag} (${id})`;
}
function soakText({ soakSeconds, advance }) {
  const soak = soakSeconds > 0 ? [duration(soakSeconds)] : [];
  return [...soak, ...advance === "manual" ? ["manual"] : []].join(", ");
}
function gateText({ on, stage, open, nextAt }, now) {
  const where = {
    "before-start": "before the start",
    "before-stage": `before stage ${stage}`,
    "before-promote": "before completion"
  };
  if (open.length === 0) return `was let pass ${where[on]}, waits for the end of an outage`;
  const names = open.flatMap(({ name }) => name ?? []);
  const hooks = names.length === open.length ? names.join(", ") : open.length === 1 ? "its hook" : "its hooks";
  const asks = `asks ${hooks} ${where[on]}`;
  return nextAt === null ? asks : `${asks}, again in ${duration(secondsUntil(nextAt, now))}`;
}
function stateName(state) {
  return state.replaceAll("_", " ");
}
function reasonOf({ why }) {
  return why?.replace(/^Release \d+ rolled back.*?\.\s+/, "").replace(/^Rolled back \S+ to \S+\.\s+/, "") ?? null;
}
function placeOf({ stage, plan, candidate }) {
  return stage === null ? "" : ` at stage ${stage.number} of ${plan.stages.length} (${candidate.slot} ${percent(stage.weight)})`;
}
function two(seconds, large, largeName, small, smallName) {
  const rest = Math.floor(seconds % large / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

// scripts/cli/text.ts
var GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
var WIDE = new RegExp("\\p{Emoji_Presentation}|\\p{RI}|[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f]", "u");
var UNSAFE = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
function plain(text) {
  return text.replace(UNSAFE, escaped);
}
function escaped(char) {
  if (char === "\n") return "\\n";
  if (char === "	") return "\\t";
  const code2 = char.codePointAt(0) ?? 0;
  return code2 < 256 ? `\\x${code2.toString(16).padStart(2, "0")}` : `\\u{${code2.toString(16)}}`;
}

// scripts/cli/layout.ts
function typed(command) {
  return command.startsWith("sluice ") ? `npx ${command}` : command;
}

// scripts/cli/steps.ts
function stepsOfRelease({ id, state, bake, gate }, now) {
  if (gate !== null) return [`sluice release explain ${id}`, `sluice release skip ${id}`, `sluice release abort ${id}`];
  switch (state) {
    case "pending":
      return [`sluice release start ${id}`, `sluice release abort ${id}`];
    case "running":
      return ["sluice status --watch", `sluice release pause ${id}`, `sluice release abort ${id}`];
    case "paused":
      return [`sluice release resume ${id}`, `sluice release abort ${id}`];
    case "awaiting_approval":
      return [`sluice release approve ${id}`, `sluice release deny ${id}`];
    case "held":
      return [`sluice release explain ${id}`, `sluice release skip ${id}`, `sluice release abort ${id}`];
    case "completed":
      return bake !== null && !bake.over && Date.parse(bake.endsAt) > now ? ["sluice status --watch", "sluice rollback"] : ["sluice status"];
    case "rolled_back":
      return [`sluice release explain ${id}`, "sluice deploy"];
    case "aborted":
      return [`sluice release explain ${id}`, `sluice release retry ${id}`];
  }
}

// scripts/cli/done.ts
function releaseSentence(release2, look) {
  const { id, state, candidate, from, gate } = release2;
  const at = placeOf(release2);
  if (gate !== null) return `Release ${id} is ${stateName(state)}${at}; it ${gateText(gate, look.now)}.`;
  switch (state) {
    case "pending":
      return `Release ${id} waits to be started; ${candidate.slot} then gets ${percent(release2.plan.stages[0]?.weight ?? 0)}.`;
    case "running":
      return `Release ${id} is running${at}.`;
    case "paused":
      return `Release ${id} is paused${at}; ${candidate.slot} keeps its weight.`;
    case "awaiting_approval":
      return `Release ${id} awaits approval${at}.`;
    case "held":
      return `Release ${id} is held${at}.`;
    case "completed":
      return `Release ${id} is completed: ${candidate.slot} is active with 100 %.${bakeOf(release2, look)}`;
    case "rolled_back":
    case "aborted":
      return `Release ${id} was ${stateName(state)}${at}; all visitors are on ${from.slot}.`;
  }
}
function bakeOf({ bake, from }, look) {
  if (bake === null || bake.over) return "";
  return ` A bake watches it for ${roughly(secondsUntil(bake.endsAt, look.now))}; ${rollbackTo(from.slot, look)}`;
}
function rollbackTo(slot, { suffix }) {
  return `\`sluice rollback${suffix}\` returns to ${slot}.`;
}

// scripts/cli/view-release.ts
function isOver({ state }) {
  return state === "completed" || state === "rolled_back" || state === "aborted";
}

// scripts/action/sentences.ts
function standing(release2) {
  const look = { now: 0, width: 80, style: (_, text) => text, suffix: "" };
  return `${releaseSentence({ ...release2, bake: null }, look)}${bakeOf2(release2)}`;
}
function newsOf({ state, stage }) {
  return `${state} ${stage?.number} ${stage?.extensions}`;
}
function progress(job, release2) {
  const { state } = release2;
  const lead = standing(release2);
  if (state === "running") return `${lead} ${wants(release2)}`;
  if (state === "awaiting_approval") return `${lead} It waits for approval: ${commandOf(job, release2)}`;
  const why = reasonOf(release2);
  const reason = why === null ? lead : `${lead} ${why}`;
  return isOver(release2) ? reason : `${reason} Go on: ${commandOf(job, release2)}`;
}
function commandOf(job, release2) {
  const [command = "sluice status"] = stepsOfRelease(release2, Date.now());
  return asTyped(job, command);
}
function asTyped({ inputs, seen }, command) {
  return typed(`${command} --service ${seen.service} --url ${inputs.access.url}`);
}
function utc(at) {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}
function wants({ stage }) {
  if (stage === null) return "";
  const left = Math.max(0, stage.soakNeededSeconds - stage.soakedSeconds);
  const again = stage.extensions > 0 ? `extended ${stage.extensions}×, ` : "";
  const good = stage.errors > 0 ? "more good request" : "more request";
  const needs = stage.needs > 0 ? `needs ${count(stage.needs, good)}` : "has the requests it needs";
  return `Soak: ${again}${duration(left)} left; ${needs}.`;
}
function bakeOf2({ bake, candidate, from }) {
  if (bake === null || bake.over) return "";
  return ` The bake runs until ${utc(bake.endsAt)}: should ${candidate.slot} fail until then, all visitors go back to ${from.slot}.`;
}

// scripts/action/job.ts
var OPENING_SECONDS = 30;
function jobOf(inputs, runner, env, signal) {
  const client = new Client(inputs.access);
  const clean = (_, value) => typeof value === "string" ? runner.clean(value) : value;
  const now = Date.now();
  return {
    ...{ inputs, runner, env, signal },
    call: async (...args) => JSON.parse(JSON.stringify(await client.call(...args)), clean),
    opensUntil: now + Math.min(OPENING_SECONDS, inputs.timeoutSeconds) * 1e3,
    waitsUntil: now + inputs.timeoutSeconds * 1e3,
    seen: { service: inputs.service ?? "", release: void 0, stages: /* @__PURE__ */ new Map() }
  };
}
async function patiently(job, until, work) {
  let away = false;
  for (; ; ) {
    try {
      const result = await work();
      if (away) job.runner.say("Control answers again.");
      return result;
    } catch (error) {
      if (!isPassing(error) || Date.now() >= until) throw error;
      if (!away) job.runner.warn(`${messageOf(error)} Trying on.`);
      away = true;
      await pause(job, until);
    }
  }
}
async function pause({ inputs, signal }, until) {
  const ms = Math.min(inputs.intervalSeconds * 1e3, Math.max(0, until - Date.now()));
  try {
    await sleep(ms, void 0, { signal });
  } catch {
    throw new Failure(EXIT.failed, "The job was cancelled.");
  }
}
function isPassing(error) {
  if (error instanceof Refused) return isPassingStatus(error.problem.status) && error.reason !== "no-admin-token";
  return error instanceof Unreachable && (error.status === void 0 || isPassingStatus(error.status));
}
function messageOf(error) {
  if (error instanceof Refused) {
    const { title } = error.problem;
    return `${typeof title === "string" ? `${title}: ` : ""}${error.message}${nextOf(error)}`;
  }
  return error instanceof Error ? error.message : String(error);
}
function pathOf({ service: service2 }) {
  return `/services/${encodeURIComponent(service2)}`;
}
function urlOf({ inputs, seen }, { id }) {
  return `${inputs.access.url}${pathOf(seen)}/releases/${id}`;
}
function see(job, release2) {
  const { runner, seen } = job;
  if (seen.release === void 0) {
    runner.output("release-id", String(release2.id));
    runner.output("release-url", urlOf(job, release2));
  }
  seen.release = release2;
  if (release2.stage !== null) seen.stages.set(release2.stage.number, release2.stage);
}
function nextOf({ reason, problem: { status, until } }) {
  if (status === 401 || status === 403) return " Check the input token.";
  if (reason !== "bake-running") return "";
  return ` Run this job again ${typeof until === "string" ? `after ${utc(until)}` : "when it is over"}.`;
}
function isPassingStatus(status) {
  return status >= 500 || status === 429;
}

// scripts/action/origin.ts
var MAX_SHORT = 128;
function authorOf({ GITHUB_ACTOR }) {
  return GITHUB_ACTOR?.slice(0, MAX_SHORT) || void 0;
}
function commitOf({ GITHUB_SHA, GITHUB_REF_NAME }) {
  if (!GITHUB_SHA) return void 0;
  return `Commit ${GITHUB_SHA}${GITHUB_REF_NAME ? ` of ${GITHUB_REF_NAME}` : ""}`;
}
function sourceOf(env) {
  const address = addressOf(env);
  if (address === void 0 || address.length <= MAX_SHORT) return address;
  return `Run ${env.GITHUB_RUN_ID} of ${env.GITHUB_REPOSITORY}`.slice(0, MAX_SHORT);
}
function runOf(env) {
  const by = authorOf(env);
  return `GitHub Actions${by === void 0 ? "" : `, by ${by}`}: ${addressOf(env) ?? "a run of its own"}`;
}
function addressOf({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID }) {
  if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY || !GITHUB_RUN_ID) return void 0;
  return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
}

// scripts/action/rolled-back.ts
var LOOKED_AT = 20;
async function refuseRolledBack(job, view, asked) {
  const slot = asked ?? nextWithVersion(view);
  if (slot === void 0) return;
  const versionId = job.inputs.versionId ?? view.slots[slot]?.version?.versionId;
  if (versionId === void 0) return;
  const last = await patiently(job, job.opensUntil, () => lastVerdictOn(job, versionId));
  if (last?.state !== "rolled_back") return;
  see(job, last);
  const plan = job.inputs.plan === void 0 ? "" : ` --plan ${job.inputs.plan}`;
  const start = asTyped(job, `sluice release start --slot ${slot}${plan}`);
  throw new Failure(
    EXIT.failed,
    `No release was made: version ${versionId} in ${slot} was rolled back by release ${last.id}. ${reasonOf(last) ?? ""} Deploy another version, or start it by hand all the same: ${start}`
  );
}
async function lastVerdictOn(job, versionId) {
  const path = `${pathOf(job.seen)}/releases?limit=${LOOKED_AT}`;
  const { releases } = await job.call("GET", path);
  return releases.find(
    ({ state, candidate }) => candidate.version?.versionId === versionId && (state === "rolled_back" || state === "completed")
  );
}
function nextWithVersion({ active, slots }) {
  const names = Object.keys(slots);
  const after = names.indexOf(active ?? "") + 1;
  const filled = [...names.slice(after), ...names.slice(0, after)].filter((name) => name !== active && slots[name]?.version);
  return filled.find((name) => slots[name]?.lease === null) ?? filled[0];
}

// scripts/action/begin.ts
async function begin(job) {
  const { inputs, seen } = job;
  seen.service ||= await onlyService(job);
  const view = await patiently(job, job.opensUntil, () => service(job));
  const slot = inputs.versionId === void 0 ? inputs.slot : await record(job, inputs.versionId);
  await refuseRolledBack(job, view, slot);
  return create(job, { slot, plan: inputs.plan, name: inputs.name }, view.release?.id ?? 0);
}
async function onlyService(job) {
  const { services } = await patiently(job, job.opensUntil, () => job.call("GET", "/services"));
  const [only, ...others] = services;
  if (only !== void 0 && others.length === 0) return only.service;
  if (only === void 0) throw new Failure(EXIT.failed, "Control has no services.");
  const names = services.map(({ service: name }) => name).join(", ");
  throw new Failure(EXIT.usage, `There are ${services.length} services: ${names}. Name one in the input service.`);
}
function service(job) {
  return job.call("GET", pathOf(job.seen));
}
function record(job, versionId) {
  const { env, runner, inputs } = job;
  return patiently(job, job.opensUntil, async () => {
    const holder = holderOf(await service(job), versionId, inputs.slot);
    if (holder !== void 0) {
      runner.say(`Version ${versionId} is on record in ${holder}.`);
      return holder;
    }
    const { slot } = await job.call("POST", `${pathOf(job.seen)}/deployments`, {
      ...{ slot: inputs.slot, versionId, author: authorOf(env), message: commitOf(env), source: sourceOf(env) },
      reason: runOf(env)
    });
    runner.say(`Version ${versionId} is recorded in ${slot}.`);
    return slot;
  });
}
function holderOf({ active, slots }, versionId, asked) {
  const holders = Object.keys(slots).filter((slot) => slots[slot]?.version?.versionId === versionId);
  if (asked !== void 0) return holders.find((slot) => slot === asked);
  const [idle, ...others] = holders.filter((slot) => slot !== active);
  if (idle === void 0 && holders.length > 0)
    throw new Failure(
      EXIT.failed,
      `Version ${versionId} is in ${active} already, the active slot. If another slot has it too, name that in the input slot.`
    );
  if (others.length > 0)
    throw new Failure(
      EXIT.failed,
      `Version ${versionId} is in ${[idle, ...others].join(" and ")}. Name one of them in the input slot.`
    );
  return idle;
}
async function create(job, wanted, before) {
  const path = `${pathOf(job.seen)}/releases`;
  let lost = false;
  const made = () => madeSince(job, wanted, before);
  try {
    return await patiently(job, job.opensUntil, async () => {
      const known = lost ? await made() : void 0;
      if (known !== void 0) return known;
      try {
        const body = { ...wanted, autoStart: job.inputs.autoStart, reason: runOf(job.env) };
        return await job.call("POST", path, body);
      } catch (error) {
        const late = lost && error instanceof Refused && error.reason === "release-running" ? await made() : void 0;
        if (late !== void 0) return late;
        lost ||= isPassing(error);
        throw error;
      }
    });
  } catch (error) {
    if (!lost || !(isPassing(error) || job.signal.aborted)) throw error;
    throw new Failure(EXIT.failed, `${messageOf(error)} Whether the release was made is not known: look at npx sluice status.`);
  }
}
async function madeSince(job, { slot, plan, name }, before) {
  const { release: release2 } = await service(job);
  if (release2 === null || release2.id <= before) return void 0;
  const { candidate } = release2;
  const versionId = job.inputs.versionId ?? candidate.version?.versionId;
  const isOurs = candidate.slot === (slot ?? candidate.slot) && candidate.version?.versionId === versionId && release2.plan.name === (plan ?? release2.plan.name) && release2.name === (name ?? null);
  if (isOurs) return release2;
  throw new Failure(
    EXIT.failed,
    `The answer to the call that makes the release was lost, and release ${release2.id} is another one. None was made here.`
  );
}

// scripts/action/follow.ts
async function follow(job, begun) {
  let release2 = begun;
  let told = newsOf(begun);
  while (!isOver(release2)) {
    release2 = await next(job, release2);
    see(job, release2);
    const isNews = newsOf(release2) !== told && release2.state !== "rolled_back" && release2.state !== "aborted";
    if (isNews) job.runner.say(progress(job, release2));
    told = newsOf(release2);
    if (!isOver(release2) && Date.now() >= job.waitsUntil) throw timedOut(job, release2);
  }
  if (release2.state !== "completed") throw new Failure(EXIT.rolledBack, progress(job, release2));
}
async function next(job, last) {
  try {
    await pause(job, job.waitsUntil);
    return await patiently(job, job.waitsUntil, () => job.call("GET", `${pathOf(job.seen)}/releases/${last.id}`));
  } catch (error) {
    if (isPassing(error)) throw timedOut(job, last, ` ${messageOf(error)}`);
    if (job.signal.aborted)
      throw new Failure(
        EXIT.failed,
        `${messageOf(error)} ${goesOn(last)} To end it: ${asTyped(job, `sluice release abort ${last.id}`)}`
      );
    throw error;
  }
}
function timedOut(job, release2, why = "") {
  const { timeoutSeconds } = job.inputs;
  return new Failure(
    EXIT.timedOut,
    `Gave up waiting after ${duration(timeoutSeconds)} (wait-timeout).${why} ${goesOn(release2)} To wait on: ${asTyped(job, `sluice release wait ${release2.id}`)}`
  );
}
function goesOn(release2) {
  return `The release goes on. When it was last seen: ${standing(release2)}`;
}

// scripts/cli/access.ts
function isLoopback(host) {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}
function isToken(text) {
  return /^[\x21-\x7e]+$/.test(text);
}

// scripts/action/inputs.ts
var DEFAULTS = {
  "auto-start": "true",
  wait: "true",
  "wait-timeout": "5400",
  "poll-interval": "10"
};
var MAX_SECONDS = 7 * 86400;
function inputsOf(env) {
  const text = (name) => given(env, name) || void 0;
  return {
    access: { url: addressOf2(required(env, "control-url")), token: tokenOf(required(env, "token")) },
    service: text("service"),
    slot: text("slot"),
    versionId: text("version-id"),
    plan: text("plan"),
    name: text("name"),
    autoStart: isTrue(env, "auto-start"),
    wait: isTrue(env, "wait"),
    timeoutSeconds: secondsOf(env, "wait-timeout"),
    intervalSeconds: secondsOf(env, "poll-interval")
  };
}
function given(env, name) {
  return env[`INPUT_${name.toUpperCase()}`]?.trim() ?? "";
}
function required(env, name) {
  const value = given(env, name);
  if (value === "") throw wrong(name, "is required. A secret or variable that does not exist is empty");
  return value;
}
function addressOf2(text) {
  const url = URL.canParse(text) ? new URL(text) : void 0;
  if (url === void 0 || !/^https?:$/.test(url.protocol))
    throw wrong("control-url", "must be the address of control, such as https://sluice-control.example.workers.dev");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw wrong("control-url", "must be an address alone, without user, query or fragment");
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    throw wrong("control-url", "must begin with https://, so that nobody on the way can read the token");
  return url.href.replace(/\/+$/, "").replace(/\/v1$/, "");
}
function tokenOf(text) {
  if (!isToken(text)) throw wrong("token", "has characters that no token has");
  return text;
}
function isTrue(env, name) {
  const text = (given(env, name) || DEFAULTS[name] || "").toLowerCase();
  if (text !== "true" && text !== "false") throw wrong(name, "must be true or false");
  return text === "true";
}
function secondsOf(env, name) {
  const text = given(env, name) || DEFAULTS[name] || "";
  const seconds = /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds > MAX_SECONDS) throw wrong(name, `must be a number of seconds above 0, and at most ${MAX_SECONDS}`);
  return seconds;
}
function wrong(name, what) {
  return new Failure(EXIT.usage, `The input ${name} ${what}.`);
}

// scripts/action/runner.ts
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
function runnerOf(env, token, write) {
  const secrets = token.split(/[\r\n]+/).flatMap((part) => part.trim() || []);
  for (const secret of secrets) write(`::add-mask::${escaped2(secret)}
`);
  const hidden = (text) => secrets.reduce((shown2, secret) => shown2.replaceAll(secret, "***"), text);
  const clean = (text) => plain(hidden(text));
  const append = (file, text) => {
    if (file) appendFileSync(file, text);
  };
  return {
    clean,
    // `##[` would begin a command of an older form, wherever in the line it stands.
    say: (text) => write(
      `${clean(text).replaceAll("##[", "## [").replace(/^\s*::/, ": :")}
`
    ),
    warn: (text) => write(`::warning title=Sluice::${escaped2(clean(text))}
`),
    error: (text) => write(`::error title=Sluice::${escaped2(clean(text))}
`),
    output: (name, value) => {
      const end = `end-${randomUUID()}`;
      append(env.GITHUB_OUTPUT, `${name}<<${end}
${hidden(value)}
${end}
`);
    },
    summary: (markdown) => append(env.GITHUB_STEP_SUMMARY, `${hidden(markdown)}
`)
  };
}
function escaped2(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

// scripts/action/markdown.ts
function shown(text) {
  const known = text.replace(/[&<>|\\`*_[\]~$@]/g, (char) => `&#${char.charCodeAt(0)};`);
  return known.replaceAll("://", "&#58;//").replace(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`);
}
function code(text) {
  return `<code>${shown(text)}</code>`;
}
function table(titles, rows, right = []) {
  const rule = titles.map((_, i) => right.includes(i) ? "---:" : "---");
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

// scripts/action/summary.ts
var VERDICT = {
  pending: ["○", "waits to be started"],
  running: ["●", "under way"],
  paused: ["●", "paused"],
  awaiting_approval: ["●", "waits for approval"],
  held: ["●", "held"],
  completed: ["✓", "completed"],
  rolled_back: ["✗", "rolled back"],
  aborted: ["✗", "aborted"]
};
function summaryOf(told) {
  const { release: release2, failure, url, command } = told;
  const { id, state, plan, candidate, from, name, service: service2 } = release2;
  const why = reasonOf(release2);
  const [sign, words] = VERDICT[state];
  const failed = failure !== void 0 ? [`**The job failed:** ${shown(failure)}`] : [];
  const title = name === null ? "" : ` “${shown(name)}”`;
  return [
    `## ${sign} Release ${id} ${words}: ${shown(candidate.slot)} ${shown(versionName(candidate.version))}`,
    shown(standing(release2)),
    ...failed,
    ...why === null ? [] : [`**Why:** ${shown(why)}`],
    table(
      ["", "Slot", "Version"],
      [
        ["Candidate", shown(candidate.slot), shown(versionName(candidate.version))],
        ["From", shown(from.slot), shown(versionName(from.version))]
      ]
    ),
    table(["Stage", "Weight", "Soak", "State", "Requests", "Errors"], stageRows(told), [0, 1, 4, 5]),
    `[Release ${id}](<${url}>)${title} of ${shown(service2)}, ${plan.name === null ? "stages of its own" : `plan ${shown(plan.name)}`}. Next: ${code(command)}`
  ].join("\n\n");
}
function failedSummary(failure) {
  return `## ✗ No release

${shown(failure)}`;
}
function stageRows(told) {
  return told.release.plan.stages.map((stage, i) => {
    const figures = figuresOf(told, i + 1);
    const requests = figures === void 0 ? "–" : String(figures.requests);
    return [String(i + 1), percent(stage.weight), soakText(stage) || "–", stateOf(told, i + 1), requests, errorsText(figures)];
  });
}
function errorsText(figures) {
  if (figures === void 0) return "–";
  const { requests, errors } = figures;
  return errors === 0 ? "0" : `**${errors}** (${shown(shareText(errors / requests))})`;
}
function stateOf({ release: release2, decisions }, number) {
  const current = release2.stage?.number ?? 0;
  const { state } = release2;
  const done = state === "completed";
  if (number > current) return done ? "○ skipped" : "○ not reached";
  const passed = decisions.length === 0 || decisions.some((decision) => endsStage(decision, number));
  if (number < current || done) return passed ? "✓ passed" : "○ skipped";
  return isOver(release2) ? `✗ ${stateName(state)}` : `● current, ${stateName(state)}`;
}
function figuresOf({ release: release2, stages, decisions }, number) {
  if (release2.stage?.number === number) return release2.stage;
  const seen = stages.get(number);
  const [before, after] = [number - 1, number].map((n) => decisions.findLast((decision) => endsStage(decision, n))?.candidate);
  if (after === void 0 || before === void 0 && number > 1) return seen;
  const told = { requests: after.requests - (before?.requests ?? 0), errors: after.errors - (before?.errors ?? 0) };
  return seen !== void 0 && seen.requests >= told.requests ? seen : told;
}
function endsStage({ stage, did }, number) {
  return stage === number && /^(advanced|completed|asked for approval)/.test(did);
}

// scripts/action/index.ts
await main();
async function main() {
  const { env } = process;
  const runner = runnerOf(env, given(env, "token"), (text) => process.stdout.write(text));
  const interrupt = interruptible();
  let job;
  let failure;
  try {
    job = jobOf(inputsOf(env), runner, env, interrupt.signal);
    await release(job);
  } catch (error) {
    const message = runner.clean(messageOf(error));
    runner.error(message);
    if (!(error instanceof Failure && error.code === EXIT.rolledBack)) failure = message;
    process.exitCode = 1;
  }
  interrupt.done();
  await tell(runner, job, failure);
}
async function release(job) {
  const { runner, inputs } = job;
  const begun = await begin(job);
  see(job, begun);
  runner.say(progress(job, begun));
  if (inputs.wait && begun.state !== "pending") await follow(job, begun);
}
async function tell(runner, job, failure) {
  try {
    const last = job?.seen.release;
    if (job === void 0 || last === void 0) return runner.summary(failedSummary(failure ?? ""));
    runner.output("status", last.state);
    const decisions = await decisionsOf(job, last);
    const [url, command] = [urlOf(job, last), commandOf(job, last)];
    runner.summary(summaryOf({ release: last, stages: job.seen.stages, decisions, url, command, failure }));
  } catch (error) {
    runner.warn(`The job summary could not be written: ${messageOf(error)}`);
  }
}
async function decisionsOf(job, { id }) {
  const path = `${pathOf(job.seen)}/releases/${id}/decisions`;
  return job.call("GET", path).then(
    ({ decisions }) => decisions,
    () => []
  );
}
