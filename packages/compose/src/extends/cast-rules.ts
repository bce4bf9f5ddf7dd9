import type { Transform } from "../canonical/transform-context.ts";
import type { Shape } from "../schema/shape.ts";
import { validate } from "../validate/validate.ts";

/** Text in a place for something else has to be one, however little of its file is used. */
function cast(shape: Shape): Transform {
  return (node, { path, problems }) =>
    node.kind === "scalar" && typeof node.value === "string" ? validate(node, shape, problems, { path }) : node;
}

const boolean = cast({ kind: "boolean" });
const whole = cast({ kind: "number", whole: true });
const number = cast({ kind: "number", whole: false });

/**
 * The fields that the reference implementation reads together with their variables, and thus in all services of a file
 * of which one is extended. What else is wrong in such a file matters only where it is taken over.
 */
export const castRules: Readonly<Record<string, Transform>> = {
  "configs.*.external": boolean,
  "networks.*.attachable": boolean,
  "networks.*.enable_ipv4": boolean,
  "networks.*.enable_ipv6": boolean,
  "networks.*.external": boolean,
  "networks.*.internal": boolean,
  "secrets.*.external": boolean,
  "services.*.cpu_count": whole,
  "services.*.cpu_percent": number,
  "services.*.cpu_period": whole,
  "services.*.cpu_quota": whole,
  "services.*.cpu_rt_period": whole,
  "services.*.cpu_rt_runtime": whole,
  "services.*.cpu_shares": whole,
  "services.*.cpus": number,
  "services.*.deploy.placement.max_replicas_per_node": whole,
  "services.*.deploy.replicas": whole,
  "services.*.deploy.restart_policy.max_attempts": whole,
  "services.*.deploy.rollback_config.max_failure_ratio": number,
  "services.*.deploy.rollback_config.parallelism": whole,
  "services.*.deploy.update_config.max_failure_ratio": number,
  "services.*.deploy.update_config.parallelism": whole,
  "services.*.healthcheck.disable": boolean,
  "services.*.healthcheck.retries": whole,
  "services.*.init": boolean,
  "services.*.oom_kill_disable": boolean,
  "services.*.oom_score_adj": whole,
  "services.*.pids_limit": whole,
  "services.*.ports.*.target": whole,
  "services.*.privileged": boolean,
  "services.*.read_only": boolean,
  "services.*.scale": whole,
  "services.*.stdin_open": boolean,
  "services.*.tty": boolean,
  "services.*.ulimits.*": whole,
  "services.*.ulimits.*.hard": whole,
  "services.*.ulimits.*.soft": whole,
  "services.*.volumes.*.read_only": boolean,
  "services.*.volumes.*.volume.nocopy": boolean,
  "volumes.*.external": boolean,
};
