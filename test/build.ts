// Before any test: the dashboard, which control serves in several of them, as it is now.
import { join } from 'node:path';
import { buildDashboard } from '../scripts/dashboard.js';

/** Builds it once for all projects. */
export default () => buildDashboard(join(import.meta.dirname, '..'));
