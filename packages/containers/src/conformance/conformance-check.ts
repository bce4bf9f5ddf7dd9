import type { Backend, BackendFeature } from "../backend/backend.ts";

/** What a check works with. */
export interface ConformanceContext {
  /** A new backend, which the check closes. */
  readonly open: () => Promise<Backend>;
  /** An image that the engine has, with busybox or what is as good: `sh`, `sleep`, `cat`, `id`, `env`, `seq`, `wc`. */
  readonly image: string;
  /** Labels for everything that a check makes. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** One thing that a backend must do. */
export interface ConformanceCheck {
  readonly name: string;
  /** It is about what not every backend has: where this one says that it hasn't, the check passes if that is refused. */
  readonly needs?: BackendFeature | undefined;
  /** Rejects where the backend doesn't do it. */
  readonly run: (context: ConformanceContext) => Promise<void>;
}
