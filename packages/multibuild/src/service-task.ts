import { serviceContract } from "@slipway/compose/balena";
import type { Secret, Service } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import { parseReference } from "@slipway/transport/reference";
import { buildOptionsOf } from "./build-fields.ts";
import type { BuildTask } from "./build-task.ts";
import type { ContextPath } from "./context-path.ts";
import type { MultibuildErrorCode } from "./multibuild-error.ts";
import type { NamedContextPlan } from "./named-contexts.ts";

/** What a task is made with. */
export interface ServiceTaskOptions {
  /** Where a context that is a folder lies. */
  readonly locate: (context: string) => ContextPath;
  /** Without it additional contexts are refused. */
  readonly namedContexts?: NamedContextPlan | undefined;
  /** The project that names and labels the image. */
  readonly project?: { readonly name: string; readonly secrets: Readonly<Record<string, Secret>> } | undefined;
}

/** One service's task, without its files. What cannot be built is added to `problems`. */
export function serviceTask(
  name: string,
  service: Pick<Service, "build" | "image" | "platform"> & { labels?: Service["labels"] },
  { locate, namedContexts, project }: ServiceTaskOptions,
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
    if (image) checkName(name, image, image, problems);
    return { ...common, ...own, external: true, imageName: image ?? "" };
  }
  const at = `services.${name}.build`;
  const { context, problem } = locate(build.context);
  if (problem) problems.push({ ...problem, message: `service ${name}: ${problem.message}`, path: `${at}.context` });
  const { platforms, ...options } = buildOptionsOf(name, build, project?.secrets ?? {}, problems);
  const [onlyPlatform] = platforms;
  if (!namedContexts && Object.keys(build.additional_contexts ?? {}).length > 0) {
    problems.push({
      code: "MULTIBUILD_UNSUPPORTED",
      message: `service ${name}: \`build.additional_contexts\` cannot be honoured without a project`,
      hint: "use splitBuildStream, which knows the other services",
      path: `${at}.additional_contexts`,
    });
  }
  const named = namedContexts?.read(name, build.additional_contexts ?? {}, platform ?? onlyPlatform, problems);
  const tag = image ?? (project && `${project.name}-${name}`);
  if (tag !== undefined) checkName(name, tag, image, problems);
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
    ...(named && Object.keys(named.images).length > 0
      ? { namedImages: named.images, neededServices: named.services }
      : {}),
    dockerOpts: options,
  };
}

/** @param own what the service says that it is named, if it does */
function checkName(
  service: string,
  image: string,
  own: string | undefined,
  problems: Problem<MultibuildErrorCode>[],
): void {
  try {
    parseReference(image);
  } catch (error) {
    const { message, hint } = error as { message: string; hint: string };
    problems.push({
      code: "MULTIBUILD_BAD_IMAGE",
      message: `service ${service}: ${message}`,
      hint: own === undefined ? "name its image by `image`, or the service in lower case" : hint,
      path: own === undefined ? `services.${service}` : `services.${service}.image`,
    });
  }
}

/** A key without a value has none to hand on. */
function stringMap(map: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const known = Object.entries(map ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}
