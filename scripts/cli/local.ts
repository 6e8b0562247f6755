// Where the local run is: the addresses that `npm run dev` takes, moved by the same variables.

/** Control of the local run. */
export function localControl(env: NodeJS.ProcessEnv): string {
  return `http://127.0.0.1:${env.SLUICE_CONTROL_PORT || 8788}`;
}

/** The public route: what SLUICE_ROUTER_URL says, or that of the local run; without a slash at the end. */
export function publicRoute(env: NodeJS.ProcessEnv, said?: string): string {
  return (said || env.SLUICE_ROUTER_URL || `http://127.0.0.1:${env.SLUICE_ROUTER_PORT || 8787}`).replace(/\/+$/, '');
}

/** Whether a URL leads to this machine. */
export function isLocal(url: string): boolean {
  return /^http:\/\/(127\.|localhost|\[::1\])/.test(url);
}
