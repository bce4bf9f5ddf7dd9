import type { Problem } from "@slipway/errors";
import { isAnonymous } from "./anonymous-volume.ts";
import { configHash } from "./config-hash.ts";
import type { CurrentContainer, CurrentState } from "./current-state.ts";
import type { DesiredNetwork } from "./desired-network.ts";
import type { DesiredContainer, DesiredState } from "./desired-state.ts";
import type { DesiredVolume } from "./desired-volume.ts";
import { checkNetwork, checkVolume } from "./existing-resource.ts";
import { withSharedIds } from "./namespaces.ts";
import { UpError, type UpErrorCode } from "./up-error.ts";

/** When a container that exists is made anew. */
export type Recreate = "changed" | "always" | "never";

/** What {@link planUp} may be told. */
export interface PlanOptions {
  /** `changed` without: where configuration or image differ. */
  readonly recreate?: Recreate | undefined;
  /** Whether containers of services that the project no longer has are removed. */
  readonly removeOrphans?: boolean | undefined;
}

/** What has to be done to bring a project up. */
export interface UpPlan {
  readonly networks: readonly DesiredNetwork[];
  readonly volumes: readonly DesiredVolume[];
  /** One step for each container, in waves: those of one wave do not depend on each other. */
  readonly waves: readonly (readonly ContainerStep[])[];
  /** Containers to be removed: surplus ones of a service, and orphans where that was asked for. */
  readonly remove: readonly CurrentContainer[];
  /** Containers of services that the project no longer has and that are left alone. */
  readonly orphans: readonly CurrentContainer[];
}

/** What is done with the container of one service. */
export type ContainerStep = {
  readonly desired: DesiredContainer;
  /** Why; for a person to read. */
  readonly reason: string;
} & (
  | { readonly action: "create" }
  | {
      readonly action: "recreate";
      readonly current: CurrentContainer;
      /** Anonymous volumes of the present container that the new one takes over. */
      readonly inherit: readonly { readonly target: string; readonly volume: string }[];
    }
  | { readonly action: "start" | "unpause" | "restart" | "leave"; readonly current: CurrentContainer }
);

/**
 * Compares what shall be with what is. Pure. Throws an {@link UpError} with every network or volume that cannot be used
 * as it is.
 */
export function planUp(desired: DesiredState, current: CurrentState, options: PlanOptions = {}): UpPlan {
  const networks = desired.networks.map((network) => ({ network, ...checkNetwork(network, desired.project, current) }));
  const volumes = desired.volumes.map((volume) => ({ volume, ...checkVolume(volume, desired.project, current) }));
  const problems: Problem<UpErrorCode>[] = [...networks, ...volumes].flatMap(({ problem }) => problem ?? []);
  const error = UpError.of(problems);
  if (error) throw error;

  const own = current.containers.filter((container) => !container.oneoff);
  const known = new Set(desired.services);
  const orphans = own.filter((container) => !known.has(container.service));
  const steps = new Map<string, ContainerStep>();
  const surplus: CurrentContainer[] = [];
  const waves = desired.waves.map((wave) =>
    wave.map((service) => {
      const container = desired.containers.find((candidate) => candidate.service === service) as DesiredContainer;
      const present = own.filter((candidate) => candidate.service === service);
      const kept = present.find((candidate) => candidate.name === container.name) ?? present[0];
      surplus.push(...present.filter((candidate) => candidate !== kept));
      const step = planContainer(container, kept, steps, options.recreate ?? "changed");
      steps.set(service, step);
      return step;
    }),
  );
  return {
    networks: networks.filter(({ missing }) => missing).map(({ network }) => network),
    volumes: volumes.filter(({ missing }) => missing).map(({ volume }) => volume),
    waves,
    remove: options.removeOrphans ? [...surplus, ...orphans] : surplus,
    orphans: options.removeOrphans ? [] : orphans,
  };
}

function planContainer(
  desired: DesiredContainer,
  current: CurrentContainer | undefined,
  earlier: ReadonlyMap<string, ContainerStep>,
  recreate: Recreate,
): ContainerStep {
  if (!current) return { action: "create", desired, reason: "there is none" };
  const reason = whyRecreate(desired, current, earlier, recreate);
  if (reason) return { action: "recreate", desired, current, reason, inherit: inherited(desired, current) };
  if (current.state === "paused") return { action: "unpause", desired, current, reason: "it is paused" };
  const running = current.state === "running" || current.state === "restarting";
  if (!running) return { action: "start", desired, current, reason: `it is ${current.state}` };
  const renewed = desired.dependencies.find(({ service, restart }) => restart && isNew(earlier.get(service)));
  if (renewed) return { action: "restart", desired, current, reason: `${renewed.service} is made anew` };
  return { action: "leave", desired, current, reason: "it is as it should be" };
}

function whyRecreate(
  desired: DesiredContainer,
  current: CurrentContainer,
  earlier: ReadonlyMap<string, ContainerStep>,
  recreate: Recreate,
): string | undefined {
  // Neither can be started again.
  if (current.state === "dead" || current.state === "removing") return `it is ${current.state}`;
  const shared = Object.values(desired.shares).find((service) => isNew(earlier.get(service)));
  if (shared) return `it shares a namespace with ${shared}, which is made anew`;
  if (recreate === "never") return undefined;
  if (recreate === "always") return "it was asked for";
  if (current.hash !== configHash(withSharedIds(desired.definition, presentIds(earlier))))
    return "its configuration changed";
  if (current.imageId !== desired.image.id) return "its image changed";
  if (current.name !== desired.name) return "its name changed";
  const missing = desired.attachments.find(({ network }) => !current.networks.includes(network));
  if (missing) return `it is not on network ${missing.network}`;
  return undefined;
}

/** The ids of the containers that stay. */
function presentIds(steps: ReadonlyMap<string, ContainerStep>): Map<string, string> {
  return new Map(
    [...steps].flatMap(([service, step]) => ("current" in step && !isNew(step) ? [[service, step.current.id]] : [])),
  );
}

function isNew(step: ContainerStep | undefined): boolean {
  return step?.action === "create" || step?.action === "recreate";
}

function inherited(desired: DesiredContainer, current: CurrentContainer): { target: string; volume: string }[] {
  const targets = new Set([...desired.image.volumes, ...desired.anonymousVolumes]);
  const taken = new Set(mountTargets(desired));
  for (const target of desired.anonymousVolumes) taken.delete(target);
  return current.mounts.flatMap(({ type, name, target }) =>
    type === "volume" && name && isAnonymous(name) && targets.has(target) && !taken.has(target)
      ? [{ target, volume: name }]
      : [],
  );
}

function mountTargets(desired: DesiredContainer): string[] {
  const host = desired.options.HostConfig;
  return [
    ...(host?.Mounts ?? []).map((mount: { Target: string }) => mount.Target),
    ...(host?.Binds ?? []).map((bind) => bind.split(":")[1] ?? ""),
    ...Object.keys(host?.Tmpfs ?? {}),
  ];
}
