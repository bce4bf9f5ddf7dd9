import type { RecordShape, Shape } from "./shape.ts";
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
  textList,
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

/** The `ulimits` of a service or a build. */
export const ulimits: Shape = map(
  byKind({
    scalar: kept({ ...whole, noFloat: "always" }),
    mapping: record("a ulimit", { soft: kept(whole), hard: kept(whole) }, { required: ["soft", "hard"] }),
  }),
);

/** A command to run in a service's container. */
export const serviceHook: Shape = record(
  "a hook",
  { command, user: text, privileged: boolean, working_dir: text, environment: variables },
  { required: ["command"] },
);

/** A request for GPUs or other devices. */
export const deviceRequest: RecordShape = record("a device request", {
  capabilities: textList,
  count: { kind: "deviceCount" },
  device_ids: textList,
  driver: text,
  options: labels,
});
