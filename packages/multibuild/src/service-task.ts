import { serviceContract } from "@slipway/compose/balena";
import type { Secret, Service } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import { buildOptionsOf } from "./build-fields.ts";
import type { BuildTask } from "./build-task.ts";
import { archiveContext, directoryContext } from "./context-path.ts";
import type { MultibuildErrorCode } from "./multibuild-error.ts";

/** What a task is made with. */
export interface ServiceTaskOptions {
  /** Contexts are folders of the machine, found from this one. */
  readonly directory?: string | undefined;
  /** Contexts are folders of an archive, which was made of this folder; empty if that is not known. */
  readonly archiveOf?: string | undefined;
  /** The project that names and labels the image. */
  readonly project?: { readonly name: string; readonly secrets: Readonly<Record<string, Secret>> } | undefined;
}

/** One service's task, without its files. What cannot be built is added to `problems`. */
export function serviceTask(
  name: string,
  service: Pick<Service, "build" | "image" | "platform"> & { labels?: Service["labels"] },
  { directory, archiveOf = "", project }: ServiceTaskOptions,
  problems: Problem<MultibuildErrorCode>[],
): BuildTask {
  const { build, image, platform } = service;
  const contract = serviceContract(name, service.labels ?? {});
  const common = {
    serviceName: name,
    resolved: false,
    ...(contract === undefined ? {} : { contract: { ...contract } }),
  };
  const own = platform === undefined ? {} : { dockerPlatform: platform };
  if (!build) {
    if (image === undefined || image === "") {
      problems.push({
        code: "MULTIBUILD_NO_IMAGE",
        message: `service ${name} has neither \`image\` nor \`build\``,
        hint: "give one of the two",
        path: `services.${name}`,
      });
    }
    return { ...common, ...own, external: true, imageName: image ?? "" };
  }
  const at = `services.${name}.build`;
  const { context, problem } =
    directory === undefined ? archiveContext(build.context, archiveOf) : directoryContext(build.context, directory);
  if (problem) problems.push({ ...problem, message: `service ${name}: ${problem.message}`, path: `${at}.context` });
  const { platforms, ...options } = buildOptionsOf(name, build, project?.secrets ?? {}, problems);
  const [onlyPlatform] = platforms;
  const tag = image ?? (project && `${project.name}-${name}`);
  return {
    ...common,
    ...(platform === undefined && onlyPlatform !== undefined ? { dockerPlatform: onlyPlatform } : own),
    external: false,
    context,
    args: stringMap(build.args),
    labels: {
      ...stringMap(build.labels),
      ...(project ? { "com.docker.compose.project": project.name, "com.docker.compose.service": name } : {}),
    },
    ...(tag === undefined ? {} : { tag }),
    ...(build.dockerfile === undefined ? {} : { dockerfilePath: build.dockerfile }),
    ...(build.dockerfile_inline === undefined ? {} : { dockerfileInline: build.dockerfile_inline }),
    dockerOpts: options,
  };
}

/** A key without a value has none to hand on. */
function stringMap(map: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const known = Object.entries(map ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}
