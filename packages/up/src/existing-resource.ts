import type { Problem } from "@slipway/errors";
import type { CurrentState } from "./current-state.ts";
import type { DesiredNetwork } from "./desired-network.ts";
import type { DesiredVolume } from "./desired-volume.ts";
import { labelNames } from "./labels.ts";
import type { UpErrorCode } from "./up-error.ts";

/** Whether a network or volume has to be made, or why the one that exists cannot be used. */
export interface Check {
  readonly missing: boolean;
  readonly problem?: Problem<UpErrorCode>;
}

/** Compares a network that is wanted with the one of its name on the engine. */
export function checkNetwork(desired: DesiredNetwork, project: string, current: CurrentState): Check {
  const present = current.networks.find(({ name }) => name === desired.name);
  if (desired.external) {
    return present ? { missing: false } : missingExternal("network", desired.name, "UP_NETWORK_MISSING");
  }
  if (!present) return { missing: true };
  const foreign = checkOwner("network", desired.name, project, present.labels);
  if (foreign) return foreign;
  const { options } = desired;
  const wantedSubnets = (options.IPAM?.Config ?? []).flatMap((pool) => (pool["Subnet"] ? [pool["Subnet"]] : []));
  const changed = [
    present.driver !== options.Driver && "driver",
    present.internal !== options.Internal && "internal",
    differs(options.Options ?? {}, present.options) && "driver_opts",
    wantedSubnets.some((subnet) => !present.subnets.includes(subnet)) && "ipam",
  ].filter((field) => typeof field === "string");
  return changed.length ? changedResource("network", desired.key, desired.name, changed, project) : { missing: false };
}

/** Compares a volume that is wanted with the one of its name on the engine. */
export function checkVolume(desired: DesiredVolume, project: string, current: CurrentState): Check {
  const present = current.volumes.find(({ name }) => name === desired.name);
  if (desired.external) {
    return present ? { missing: false } : missingExternal("volume", desired.name, "UP_VOLUME_MISSING");
  }
  if (!present) return { missing: true };
  const foreign = checkOwner("volume", desired.name, project, present.labels);
  if (foreign) return foreign;
  const changed = [
    present.driver !== desired.options.Driver && "driver",
    differs(desired.options.DriverOpts ?? {}, present.options) && "driver_opts",
  ].filter((field) => typeof field === "string");
  return changed.length ? changedResource("volume", desired.key, desired.name, changed, project) : { missing: false };
}

function missingExternal(kind: "network" | "volume", name: string, code: UpErrorCode): Check {
  return {
    missing: false,
    problem: {
      code,
      message: `external ${kind} ${name} does not exist on the engine`,
      hint: `create it with \`docker ${kind} create ${name}\`, or take \`external: true\` away so that up makes it`,
    },
  };
}

function checkOwner(
  kind: "network" | "volume",
  name: string,
  project: string,
  labels: Readonly<Record<string, string>>,
): Check | undefined {
  const owner = labels[labelNames.project];
  if (owner === project) return undefined;
  const whose = owner === undefined ? "was not made by a composition" : `belongs to project ${owner}`;
  return {
    missing: false,
    problem: {
      code: "UP_FOREIGN_RESOURCE",
      message: `${kind} ${name} exists and ${whose}`,
      hint: `declare it with \`external: true\` to use it, or give this project's ${kind} another \`name\``,
    },
  };
}

function changedResource(
  kind: "network" | "volume",
  key: string,
  name: string,
  fields: readonly string[],
  project: string,
): Check {
  const remedy =
    kind === "network"
      ? `bring project ${project} down first, so that it can be made anew`
      : `its data would be lost by making it anew: remove it yourself (\`docker volume rm ${name}\`) or give it another name`;
  return {
    missing: false,
    problem: {
      code: "UP_RESOURCE_CHANGED",
      message: `${kind} ${name} exists with another ${fields.join(", ")} than the composition asks for`,
      hint: remedy,
      path: `${kind}s.${key}`,
    },
  };
}

/** Whether an option that is wanted is not there; the engine may add others of its own. */
function differs(wanted: Readonly<Record<string, string>>, present: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).some(([key, value]) => present[key] !== value);
}
