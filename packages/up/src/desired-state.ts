import { type Project, type Service, startOrder } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import type { Dockerode } from "@slipway/transport";
import { configHash } from "./config-hash.ts";
import { containerOptions } from "./container-options.ts";
import { type Dependency, dependencies, dependsOnLabel } from "./dependency.ts";
import type { ImageFacts } from "./image-facts.ts";
import { composeVersion, labelNames } from "./labels.ts";
import { type DesiredNetwork, desiredNetworks } from "./desired-network.ts";
import { type DesiredVolume, desiredVolumes } from "./desired-volume.ts";
import { type SharedNamespaces, sharedNamespaces } from "./namespaces.ts";
import { type NetworkAttachment, networkAttachments } from "./network-attachments.ts";
import { UpError, type UpErrorCode } from "./up-error.ts";
import { ValueReader } from "./value-reader.ts";

/** What the engine shall hold once a project is up. */
export interface DesiredState {
  readonly project: string;
  readonly networks: readonly DesiredNetwork[];
  readonly volumes: readonly DesiredVolume[];
  readonly containers: readonly DesiredContainer[];
  /** The services in the order of their start; those of one wave do not depend on each other. */
  readonly waves: readonly (readonly string[])[];
  /** Every service of the project, also those that are not to be started: containers of others are orphans. */
  readonly services: readonly string[];
}

/** The container of a service. */
export interface DesiredContainer {
  readonly service: string;
  readonly name: string;
  readonly definition: Service;
  readonly image: ImageFacts;
  readonly platform?: string;
  readonly options: Dockerode.ContainerCreateOptions;
  /** The first is in `options` already, the others are connected before the start. */
  readonly attachments: readonly NetworkAttachment[];
  readonly shares: SharedNamespaces;
  readonly dependencies: readonly Dependency[];
  /** The targets of the service's volumes that have no source. */
  readonly anonymousVolumes: readonly string[];
}

/** What {@link desiredState} takes besides the project. */
export interface DesiredStateOptions {
  /** The image of each chosen service. */
  readonly images: Readonly<Record<string, ImageFacts>>;
  /** The chosen services; their dependencies come along. All without. */
  readonly services?: readonly string[] | undefined;
  /** More labels for everything that is created. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly workingDirectory?: string | undefined;
  readonly configFiles?: readonly string[] | undefined;
}

/** The state that a project asks for. Pure; throws an {@link UpError} with every value that cannot be understood. */
export function desiredState(project: Project, options: DesiredStateOptions): DesiredState {
  const waves = startOrder(project, options.services ? [...options.services] : undefined);
  const problems: Problem<UpErrorCode>[] = [];
  const containers = waves.flat().map((name) => {
    const values = new ValueReader(name);
    const container = desiredContainer(project, project.services[name] as Service, options, values);
    problems.push(...values.problems);
    return container;
  });
  const error = UpError.of(problems);
  if (error) throw error;
  const chosen = containers.map(({ service }) => project.services[service] as Service);
  return {
    project: project.name,
    networks: desiredNetworks(project, chosen, options.labels),
    volumes: desiredVolumes(project, chosen, options.labels),
    containers,
    waves,
    services: Object.keys(project.services),
  };
}

function desiredContainer(
  project: Project,
  service: Service,
  options: DesiredStateOptions,
  values: ValueReader,
): DesiredContainer {
  const image = options.images[service.name];
  if (!image) {
    throw new UpError("UP_IMAGE_MISSING", `service ${service.name}: no image is known for it`, {
      service: service.name,
    });
  }
  const name = service.container_name ?? `${project.name}-${service.name}-1`;
  const attachments = networkAttachments(project, service, name);
  const needs = dependencies(service);
  const labels = {
    ...options.labels,
    [labelNames.project]: project.name,
    [labelNames.service]: service.name,
    [labelNames.containerNumber]: "1",
    [labelNames.configHash]: configHash(service),
    [labelNames.image]: image.id,
    [labelNames.oneoff]: "False",
    [labelNames.dependsOn]: dependsOnLabel(needs),
    [labelNames.workingDirectory]: options.workingDirectory ?? "",
    [labelNames.configFiles]: (options.configFiles ?? []).join(","),
    [labelNames.version]: composeVersion,
  };
  return {
    service: service.name,
    name,
    definition: service,
    image,
    ...(service.platform ? { platform: service.platform } : {}),
    options: containerOptions(service, { project, image: image.reference, labels, attachments, values }),
    attachments,
    shares: sharedNamespaces(service),
    dependencies: needs,
    anonymousVolumes: service.volumes
      .filter((volume) => volume.type === "volume" && !volume.source)
      .map((volume) => volume.target),
  };
}
