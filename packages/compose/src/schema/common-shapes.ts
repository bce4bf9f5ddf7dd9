import type { NumberShape, RecordShape, Shape } from "./shape.ts";
import {
  boolean,
  byKind,
  command,
  fileMode,
  kept,
  labels,
  list,
  map,
  record,
  text,
  uniqueTexts,
  variables,
  whole,
} from "./vocabulary.ts";

/** The `secrets` and `configs` of a service or a build. */
export const fileMounts: Shape = list(
  byKind({
    scalar: text,
    mapping: record("a mounted file", { source: text, target: text, uid: text, gid: text, mode: fileMode }),
  }),
);

const limit: NumberShape = { ...whole, noFloat: "always" };

const bothLimits = record("a ulimit", { soft: kept(limit), hard: kept(limit) }, { required: ["soft", "hard"] });

/** The `ulimits` of a service. */
export const ulimits: Shape = map(byKind({ scalar: kept(limit), mapping: bothLimits }));

/** The `ulimits` of a build. */
export const buildUlimits: Shape = map(byKind({ scalar: kept({ ...limit, strict: true }), mapping: bothLimits }));

/** A command to run in a service's container. */
export const serviceHook: Shape = record(
  "a hook",
  { command, user: text, privileged: boolean, working_dir: text, environment: variables },
  { required: ["command"] },
);

/** A request for GPUs or other devices. */
export const deviceRequest: RecordShape = record("a device request", {
  capabilities: uniqueTexts,
  count: { kind: "deviceCount" },
  device_ids: uniqueTexts,
  driver: text,
  options: labels,
});
