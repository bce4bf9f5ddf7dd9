/** A volume of a project. `name` is its name on the engine. */
export interface Volume {
  name: string;
  driver?: string;
  driver_opts?: Record<string, string>;
  /** Made by somebody else: it must exist already. */
  external?: boolean;
  labels?: Record<string, string>;
  /** Fields of one's own, as they were written. */
  [extension: `x-${string}`]: unknown;
}
