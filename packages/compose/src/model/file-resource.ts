/** A secret of a project. */
export interface Secret {
  name: string;
  file?: string;
  /** The variable that holds the secret. Its value is never part of the project. */
  environment?: string;
  external?: boolean;
  labels?: Record<string, string>;
  driver?: string;
  driver_opts?: Record<string, string>;
  template_driver?: string;
  /** Fields of one's own, as they were written. */
  [extension: `x-${string}`]: unknown;
}

/** A configuration file of a project. */
export interface Config {
  name: string;
  file?: string;
  environment?: string;
  content?: string;
  external?: boolean;
  labels?: Record<string, string>;
  template_driver?: string;
  /** Fields of one's own, as they were written. */
  [extension: `x-${string}`]: unknown;
}

/** A secret or config as a service or a build is given it. */
export interface FileMount {
  source: string;
  target?: string;
  uid?: string;
  gid?: string;
  /** Octal digits, such as `0440`. */
  mode?: string;
}
