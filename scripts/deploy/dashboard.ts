// The dashboard as a step of `npm run deploy`. It is built each time: what lies in control/dist may be of an older clone, and
// wrangler uploads whatever lies there.
import { EXIT, Failure } from '../cli/failure.ts';
import { buildDashboard } from '../dashboard.js';
import type { Step } from './steps.ts';

/** Builds the dashboard of the clone at `root`. @throws Failure with what the bundler said */
export function dashboardStep(root: string, step: Step): Promise<void> {
  const build = async () => {
    try {
      await buildDashboard(root);
    } catch (error) {
      throw new Failure(EXIT.failed, `The dashboard could not be built. ${error instanceof Error ? error.message : error}`);
    }
  };
  return step('Build of the dashboard', build, () => 'The dashboard is built');
}
