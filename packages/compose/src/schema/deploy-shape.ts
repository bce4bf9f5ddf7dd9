import { deviceRequest } from "./common-shapes.ts";
import type { RecordShape, Shape } from "./shape.ts";
import {
  choice,
  count,
  cutNumber,
  duration,
  kept,
  labels,
  list,
  number,
  record,
  text,
  textList,
  whole,
} from "./vocabulary.ts";

const rollout: RecordShape = record("an update configuration", {
  parallelism: kept(count),
  delay: duration,
  failure_action: text,
  monitor: duration,
  max_failure_ratio: number,
  order: choice("start-first", "stop-first"),
});

const limits: Readonly<Record<string, Shape>> = { cpus: number, memory: { kind: "bytes", strict: true } };

/** A service's `deploy`. */
export const deployShape: RecordShape = record(
  "a deployment",
  {
    mode: text,
    endpoint_mode: text,
    replicas: kept(count),
    labels,
    rollback_config: rollout,
    update_config: rollout,
    resources: record("resources", {
      limits: record("limits", { ...limits, pids: whole }),
      reservations: record("reservations", {
        ...limits,
        generic_resources: list(
          record("a generic resource", {
            discrete_resource_spec: record("a discrete resource", { kind: text, value: kept(cutNumber) }),
          }),
        ),
        devices: list({ ...deviceRequest, required: ["capabilities"] }),
      }),
    }),
    restart_policy: record("a restart policy", {
      condition: text,
      delay: duration,
      max_attempts: kept(count),
      window: duration,
    }),
    placement: record("a placement", {
      constraints: textList,
      preferences: list(record("a preference", { spread: text })),
      max_replicas_per_node: { ...whole, min: 0 },
    }),
  },
  { nullable: true, keepsOwn: true },
);
