/** What happens while a service is being worked on. */
export interface Develop {
  watch?: WatchRule[];
}

/** What to do when a file below `path` changes. */
export interface WatchRule {
  path: string;
  action: "rebuild" | "sync" | "restart" | "sync+restart" | "sync+exec";
  target?: string;
  ignore?: string[];
  include?: string[];
  exec?: ServiceHook;
  initial_sync?: boolean;
}

/** A command that is run in a service's container. */
export interface ServiceHook {
  command: string[];
  user?: string;
  privileged?: boolean;
  working_dir?: string;
  environment?: Record<string, string | null>;
}
