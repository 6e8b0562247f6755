// Before the browser tests: finds the Chromium for all of them. That there is none fails those tests, and no others.
import type { TestProject } from 'vitest/node';
import { type Chromium, findChromium } from './chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly chromium: Chromium | { readonly missing: string };
  }
}

export default async function setUp({ provide }: TestProject): Promise<void> {
  provide('chromium', await findChromium().catch((error: unknown) => ({ missing: `No Chromium: ${error}` })));
}
