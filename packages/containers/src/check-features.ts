import type { Problem } from "@slipway/errors";
import type { Backend, BackendFeature } from "./backend/backend.ts";
import type { ContainerSpec } from "./backend/container-spec.ts";
import { ContainersError, type ContainersErrorCode } from "./containers-error.ts";

/** @throws ContainersError CONTAINERS_NOT_SUPPORTED with everything that the options ask for and this engine cannot do */
export function checkFeatures({ type, features }: Backend, spec: ContainerSpec): void {
  const asked: readonly [BackendFeature, boolean, string, string][] = [
    ["ports", spec.ports.length > 0, "publishes no ports", 'give the container `networkMode: "host"`'],
    [
      "networks",
      spec.networks.length > 0,
      "has no networks of its own",
      'leave `networks` out, or use `networkMode: "host"`',
    ],
    ["volumes", spec.mounts.some((mount) => mount.type === "volume"), "has no volumes", "mount a folder"],
    ["health", spec.healthCheck !== undefined, "does no health checks", "wait with `forCommand`"],
  ];
  const problems = asked
    .filter(([feature, wanted]) => wanted && !features.has(feature))
    .map(([, , cannot, hint]): Problem<ContainersErrorCode> => ({
      code: "CONTAINERS_NOT_SUPPORTED",
      message: `${type} ${cannot}`,
      hint,
    }));
  if (problems.length > 0) throw ContainersError.of(problems);
}
