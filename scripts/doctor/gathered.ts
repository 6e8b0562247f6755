// What was gathered for the checks: plain data, so that each check is a pure function of it.
import type { Project } from '../project.ts';
import type { Unseen } from './finding.ts';

/** A source that was looked at, or why it was not. */
export type Seen<T> = ({ readonly looked: true } & T) | Unseen;

/** A service as control knows it. */
export interface ServiceSeen {
  readonly service: string;
  readonly active: string | null;
  readonly slots: readonly string[];
  readonly defaultPlan: string;
}

/** What control says of its services and plans. */
export interface ControlSeen {
  readonly url: string;
  readonly services: readonly ServiceSeen[];
  /** Names of the plans there are. */
  readonly plans: readonly string[];
}

/** How control took the token of the local run. */
export interface DevTokenSeen {
  readonly url: string;
  readonly status: number;
}

/** One address of the dashboard, as control answers a browser there. */
export interface PageAnswer {
  readonly path: string;
  readonly status: number;
  readonly type: string | null;
  /** `content-security-policy`. */
  readonly policy: string | null;
  readonly html: string;
}

/** The dashboard as control serves it. */
export interface PageSeen {
  readonly url: string;
  /** One that the platform answers by itself, and one that comes through the Worker. */
  readonly answers: readonly PageAnswer[];
  /** The page that was built last in this clone; `undefined` where none was. */
  readonly built: string | undefined;
}

/** One answer of the router. */
export interface VisitSeen {
  readonly status: number;
  readonly slot: string | null;
  readonly reason: string | null;
  /** The last part of a problem's type, such as `override-refused`. */
  readonly problem: string | null;
  readonly cacheStatus: string | null;
  readonly age: string | null;
}

/** What the deployed router answered. */
export interface RouterSeen {
  readonly url: string;
  /** The service whose routes hold the address; the first one where none does. */
  readonly service: string;
  /** With `x-slot` and no token. */
  readonly override: VisitSeen;
  /** The second of two equal requests. */
  readonly again: VisitSeen;
}

/** A binding of a deployed Worker, as the platform lists it. */
export interface DeployedBinding {
  readonly name: string;
  /** `plain_text`, `secret_text`, `kv_namespace`, `service`, … */
  readonly type: string;
  /** Of a `kv_namespace`. */
  readonly namespace_id?: string;
  /** Of a `service`. */
  readonly service?: string;
  readonly entrypoint?: string;
}

/** A Worker as the platform has it. */
export interface WorkerSeen {
  readonly name: string;
  readonly deployed: boolean;
  readonly secrets: readonly string[];
  /** `undefined` where the platform's API could not be asked. */
  readonly bindings: readonly DeployedBinding[] | undefined;
}

/** What is deployed. */
export interface PlatformSeen {
  readonly workers: readonly WorkerSeen[];
  /** Why the bindings of deployed Workers are not known, if so, and the remedy. */
  readonly bindings: { readonly looked: true } | Unseen;
}

/** All that the checks look at. */
export interface Gathered {
  readonly project: Project;
  readonly control: Seen<ControlSeen>;
  readonly devToken: Seen<DevTokenSeen>;
  readonly page: Seen<PageSeen>;
  readonly router: Seen<RouterSeen>;
  readonly platform: Seen<PlatformSeen>;
}
