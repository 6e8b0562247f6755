import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';
import { receive } from './test/control/receiver.ts';

// Tracing makes each call of an object many times slower.
process.env.X_LOCAL_OBSERVABILITY = 'false';

// Five kinds of test: `unit` in Node, for what is pure; `control` inside workerd, with the control Worker as main;
// `flow` drives all four Workers together in one workerd, from outside; `browser` drives the dashboard in a Chromium against the local
// run; `deploy` runs wrangler against a stand-in of the platform.
export default defineConfig({
  test: {
    // Most of it waits for clocks and processes: three at a time also where there are only two cores.
    maxWorkers: 3,
    globalSetup: './test/build.ts',
    // Each call of the API logs a line, each start of control that it has read _headers.
    onConsoleLog: (text) => !/"message":"access"|valid header rules/.test(text),
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/*.test.ts',
            'test/router/**/*.test.ts',
            'test/control/core/**/*.test.ts',
            'test/control/notify/**/*.test.ts',
            'test/control/api/**/*.test.ts',
            'test/dashboard/**/*.test.ts',
            'test/scripts/**/*.test.ts',
            'test/stories/*.test.ts',
          ],
          isolate: false,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './control/wrangler.toml' },
            miniflare: {
              bindings: { ADMIN_TOKEN: 'a-test-token-of-more-than-32-characters' },
              serviceBindings: {
                BLUE: () => new Response('blue is well'),
                GREEN: () => new Response('green is not', { status: 503 }),
              },
              // Nothing goes out to the network.
              outboundService: receive,
            },
          }),
        ],
        test: {
          name: 'control',
          include: ['test/control/*.test.ts'],
          isolate: false,
          testTimeout: 20_000,
          deps: { optimizer: { ssr: { enabled: true, include: ['itty-durable', 'standardwebhooks'] } } },
        },
      },
      {
        test: {
          name: 'flow',
          include: ['test/flow/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/set-up.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'deploy',
          include: ['test/deploy/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
