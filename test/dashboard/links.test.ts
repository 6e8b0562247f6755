import { describe, expect, it } from 'vitest';
import { pathOf, type Route, routeOf } from '../../control/dashboard/route.ts';
import { linkOf } from '../../control/notify/told.ts';
import { type Job, urlOf } from '../../scripts/action/job.ts';
import { targetOf } from '../../scripts/cli/target.ts';

// Who links to a page from outside may not import the dashboard: here they are held to its paths.
const CONTROL = 'https://control.example';

function expectPage(link: string | undefined, route: Exclude<Route, { page: 'unknown' }>): void {
  expect(link).toBe(CONTROL + pathOf(route));
  expect(routeOf(new URL(link ?? '').pathname)).toEqual(route);
}

describe.each(['app', 'shop-2', 'a b/c?d', 'über'])('a link for the service %s', (service) => {
  it('in a message leads to the page of the release, or else of the service', () => {
    const release = { id: 7 } as NonNullable<Parameters<typeof linkOf>[1]['release']>;
    expectPage(linkOf(CONTROL, { service, release }), { page: 'release', service, release: 7 });
    expectPage(linkOf(CONTROL, { service, release: null }), { page: 'service', service });
  });

  it('of the Action leads to the page of the release', () => {
    const job = { inputs: { access: { url: CONTROL } }, seen: { service } } as unknown as Job;
    expectPage(urlOf(job, { id: 7 } as Parameters<typeof urlOf>[1]), { page: 'release', service, release: 7 });
  });

  it('of the command line begins as the page of the service does', () => {
    expectPage(CONTROL + targetOf(service, false).path, { page: 'service', service });
  });
});
