import type { Problem } from "@slipway/errors";
import type { ComposeErrorCode } from "./compose-error.ts";
import type { Shape } from "./reader.ts";
import type { serviceFields } from "./service-fields.ts";
import type { networkFields, volumeFields } from "./resource-fields.ts";
import type { Port, ServiceDependency, ServiceNetwork, ServiceVolume } from "./short-forms.ts";

type Fields = Shape<typeof serviceFields>;

/** What a service builds from. */
export type ServiceBuild = Omit<NonNullable<Fields["build"]>, "args"> & {
  context: string;
  /** null: an argument whose value is the builder's. */
  args?: Record<string, string | null>;
  /** These are refused when a project is loaded; a caller's own project may have them. */
  secrets?: object[];
  ssh?: string[];
  ulimits?: Readonly<Record<string, unknown>>;
};

/** A service, in the long form. Maps and lists that nothing was said about are empty where the field isn't optional. */
export type Service = Omit<
  Fields,
  "build" | "environment" | "ports" | "volumes" | "networks" | "depends_on" | "labels" | "env_file"
> & {
  name: string;
  build?: ServiceBuild;
  /** null: a variable without a value, unset in the container. */
  environment: Record<string, string | null>;
  ports: Port[];
  volumes: ServiceVolume[];
  /** By key of the project's networks; empty with `network_mode`. */
  networks: Record<string, ServiceNetwork | null>;
  depends_on: Record<string, ServiceDependency>;
  labels: Record<string, string>;
};

/** A network of the project. */
export type Network = Shape<typeof networkFields> & { name: string };

/** A named volume of the project. */
export type Volume = Shape<typeof volumeFields> & { name: string };

/** A project: its services and what they share, normalised. Field names are compose's own. */
export interface Project {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, Network>>;
  readonly volumes: Readonly<Record<string, Volume>>;
  /** These two are refused when a project is loaded; a caller's own project may have them. */
  readonly secrets?: Readonly<Record<string, object>>;
  readonly configs?: Readonly<Record<string, object>>;
}

/** A project, and what is worth knowing about its files. */
export interface LoadResult {
  readonly project: Project;
  readonly warnings: readonly Problem<ComposeErrorCode>[];
}

/** A service as it is written, before anything is settled. */
export type ReadService = { name: string } & Fields;

/** What the compose files say, before names, paths and defaults are settled. */
export interface ReadFields {
  readonly services: Readonly<Record<string, ReadService>>;
  readonly networks: Readonly<Record<string, Shape<typeof networkFields>>>;
  readonly volumes: Readonly<Record<string, Shape<typeof volumeFields>>>;
}
