// Checks of what answers: control's services against services.ts, its token, the public route. Pure.
import { error, type Finding, findingsOf, notLookedAt, notLookedAtEither, type Wrong, warning } from './finding.ts';
import type { Gathered, PageAnswer, VisitSeen } from './gathered.ts';

const DEPLOY = 'Deploy control again: npm run deploy';

/** Control serves the services and slots that services.ts names. */
export function checkControl({ project, control }: Gathered): Finding[] {
  if (!control.looked) return notLookedAt('control', control);
  const wrong = project.services.flatMap(({ name, slots }): Wrong[] => {
    const known = control.services.find(({ service }) => service === name);
    if (known === undefined) return [error(`Control at ${control.url} does not know the service ${name}.`, `${DEPLOY}.`)];
    const [here, there] = [Object.keys(slots).join(', '), known.slots.join(', ')];
    return here === there
      ? []
      : [
          error(
            `${name} has the slots ${here} in router/services.ts, but ${there} at control.`,
            `${DEPLOY}, which brings the router, too.`,
          ),
        ];
  });
  return findingsOf('control', `Answers at ${control.url}, with the services of router/services.ts.`, wrong);
}

/** Where no split can be had, visitors get the default slot: it must be the active one. */
export function checkDefaultSlot({ project, control }: Gathered): Finding[] {
  if (!control.looked) return notLookedAtEither('default-slot', 'control', control);
  const wrong = project.services.flatMap(({ name, slots, defaultSlot }): Wrong[] => {
    const active = control.services.find(({ service }) => service === name)?.active;
    if (active === undefined || active === defaultSlot) return [];
    if (active === null)
      return [
        warning(`${name} has no active slot yet.`, 'Put a version into a slot: sluice deploy. Then: sluice activate <slot>.'),
      ];
    if (!Object.hasOwn(slots, active)) return [];
    return [
      error(
        `${active} is active, but visitors of ${name} get ${defaultSlot} wherever no split can be had.`,
        `In router/services.ts: defaultSlot: '${active}', then: npx wrangler deploy`,
      ),
    ];
  });
  const list = project.services.map(({ name, defaultSlot }) => `${defaultSlot} of ${name}`).join(', ');
  return findingsOf('default-slot', `The default slot is the active one: ${list}.`, wrong);
}

/** The plan of releases that name none exists. */
export function checkDefaultPlan({ control }: Gathered): Finding[] {
  if (!control.looked) return notLookedAtEither('default-plan', 'control', control);
  const wrong = control.services
    .filter(({ defaultPlan }) => !control.plans.includes(defaultPlan))
    .map(({ service, defaultPlan }) =>
      error(
        `Releases of ${service} go by the plan ${defaultPlan}, which does not exist.`,
        `Choose another: PUT /v1/services/${service}/settings {"defaultPlan":"standard"}. There are: ${control.plans.join(', ')}.`,
      ),
    );
  const list = control.services.map(({ service, defaultPlan }) => `${defaultPlan} for ${service}`).join(', ');
  return findingsOf('default-plan', `${list}.`, wrong);
}

/** What is deployed takes no token that everybody knows. */
export function checkDevToken({ devToken }: Gathered): Finding[] {
  if (!devToken.looked) return notLookedAt('dev-token', devToken);
  const { url, status } = devToken;
  const set = 'npx wrangler secret put ADMIN_TOKEN -c control/wrangler.toml, with 32 characters or more';
  const wrong: Wrong[] = [];
  if (status === 503) wrong.push(error(`Control at ${url} has no fit ADMIN_TOKEN: it answers nobody.`, `Run ${set}.`));
  else if (status < 400)
    wrong.push(
      error(`Control at ${url} takes the token "sluice-dev", which everybody knows.`, `At once: ${set}. Drop the var LOCAL_DEV.`),
    );
  else if (status !== 401)
    wrong.push(warning(`Control at ${url} answered ${status} to a wrong token, not 401.`, 'See whether SLUICE_URL is right.'));
  return findingsOf('dev-token', `Control at ${url} refuses the token of the local run.`, wrong);
}

/** Control gives browsers the dashboard, under its policy, as this clone has it. */
export function checkDashboard({ page }: Gathered): Finding[] {
  if (!page.looked) return notLookedAt('dashboard', page);
  const { url, answers, built } = page;
  const wrong = answers.flatMap((answer) => wrongOfPage(url, answer));
  if (wrong.length === 0 && built !== undefined && answers.some(({ html }) => html !== built))
    wrong.push(warning(`The dashboard at ${url} is not the one that was built last in this clone.`, `${DEPLOY}.`));
  return findingsOf('dashboard', `Served at ${url}${built === undefined ? '' : ', as it was built in this clone'}.`, wrong);
}

function wrongOfPage(url: string, { path, status, type, policy }: PageAnswer): Wrong[] {
  const at = `${url.replace(/\/+$/, '')}${path}`;
  if (status !== 200 || !type?.startsWith('text/html'))
    return [warning(`There is no dashboard at ${at} (status ${status}).`, `${DEPLOY}.`)];
  if (policy?.includes("default-src 'none'") && !policy.includes('unsafe')) return [];
  return [
    error(
      `The dashboard at ${at} comes without its content-security-policy: a script that got into it could use its reader's token.`,
      'See that nothing in front of control changes its headers. Then deploy control again: npm run deploy.',
    ),
  ];
}

/** At the public route, x-slot without a token is refused, unless services.ts opens it. */
export function checkOpenOverride({ project, router }: Gathered): Finding[] {
  if (!router.looked) return notLookedAt('open-override', router);
  const { url, service, override } = router;
  const policy = project.services.find(({ name }) => name === service)?.override ?? 'signed';
  return findingsOf('open-override', `x-slot without a token is refused at ${url}.`, wrongOfOverride(url, policy, override));
}

function wrongOfOverride(url: string, policy: string, { status, problem, reason }: VisitSeen): Wrong[] {
  if (problem === 'override-refused' || problem === 'override-off') return [];
  if (reason === 'override' || problem === 'unknown-slot')
    return policy === 'open'
      ? [warning(`Anyone may choose a slot at ${url}, as router/services.ts says.`, `In router/services.ts: override: 'signed'`)]
      : [
          error(
            `Anyone may choose a slot at ${url}, though the policy is ${policy}.`,
            'Deploy the router again without the var LOCAL_OVERRIDE: npx wrangler deploy',
          ),
        ];
  if (problem === 'no-service')
    return [
      warning(`No service owns ${url}.`, 'Set SLUICE_ROUTER_URL to a route of a service, or add it in router/services.ts.'),
    ];
  const what = `What answers at ${url} is no Sluice router (status ${status}, no x-slot).`;
  return [error(what, 'Set SLUICE_ROUTER_URL to the public route, and see that the router owns it.')];
}

/** No cache answers in place of the router. */
export function checkCacheInFront({ router }: Gathered): Finding[] {
  if (!router.looked) return notLookedAtEither('cache-in-front', 'open-override', router);
  const { url, again } = router;
  const hit = /^(HIT|STALE|UPDATING|REVALIDATED)$/i.test(again.cacheStatus ?? '');
  const signs = [...(hit ? [`cf-cache-status: ${again.cacheStatus}`] : []), ...(again.age === null ? [] : [`age: ${again.age}`])];
  const wrong =
    signs.length === 0
      ? []
      : [
          warning(
            `The second of two equal requests to ${url} came with ${signs.join(', ')}: a cache answers in front of the router, or the slot hands on what it fetched from one. A cache in front serves one slot's answers for all, also after a rollback.`,
            'Turn Workers Caching off for the router, and caching off at any CDN before it. Cache in the slots instead.',
          ),
        ];
  return findingsOf('cache-in-front', `No sign of a cache before the router at ${url}.`, wrong);
}
