import { isAnonymous } from "./anonymous-volume.ts";
import type { CurrentContainer, CurrentNetwork, CurrentState, CurrentVolume } from "./current-state.ts";
import { labelNames } from "./labels.ts";

/** What has to be removed to bring a project down. */
export interface DownPlan {
  /** The containers in waves: first those that nothing else depends on. */
  readonly waves: readonly (readonly CurrentContainer[])[];
  readonly networks: readonly CurrentNetwork[];
  readonly volumes: readonly CurrentVolume[];
}

/** What {@link planDown} may be told. */
export interface PlanDownOptions {
  /** Whether the project's volumes go too, with its containers' anonymous ones. */
  readonly volumes?: boolean | undefined;
}

/** Everything on the engine that bears the project's label, in the reverse order of its start. Pure. */
export function planDown(project: string, current: CurrentState, options: PlanDownOptions = {}): DownPlan {
  const owned = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean =>
    labels[labelNames.project] === project;
  // A container that took over another's anonymous volume names it, so that the engine would not remove it with the
  // container.
  const anonymous = new Set(
    current.containers.flatMap(({ mounts }) =>
      mounts.flatMap(({ type, name }) => (type === "volume" && name && isAnonymous(name) ? [name] : [])),
    ),
  );
  return {
    waves: reverseWaves(current.containers),
    networks: current.networks.filter(owned),
    volumes: options.volumes ? current.volumes.filter((volume) => owned(volume) || anonymous.has(volume.name)) : [],
  };
}

function reverseWaves(containers: readonly CurrentContainer[]): CurrentContainer[][] {
  const waves: CurrentContainer[][] = [];
  let left = [...containers];
  while (left.length > 0) {
    const needed = new Set(left.flatMap(({ service, dependsOn }) => dependsOn.filter((name) => name !== service)));
    const free = left.filter(({ service }) => !needed.has(service));
    // Labels that go round in a circle come from nobody's compose file, but must not keep anything from going down.
    const wave = free.length > 0 ? free : left;
    waves.push(wave);
    left = left.filter((container) => !wave.includes(container));
  }
  return waves;
}
