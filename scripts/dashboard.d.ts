// The types of dashboard.js, which is plain JavaScript.

/** Builds the dashboard of the clone at `root` to its control/dist. @throws with what the bundler said */
export function buildDashboard(root: string): Promise<void>;

/** Builds it, and again after each change, as long as this process lives. @throws when the first build fails */
export function watchDashboard(root: string): Promise<void>;
