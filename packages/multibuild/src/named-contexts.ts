import { randomBytes } from "node:crypto";
import type { Project } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import type { BuildTask } from "./build-task.ts";
import type { ContextPath } from "./context-path.ts";
import type { MultibuildErrorCode } from "./multibuild-error.ts";

/** What `additional_contexts` of a build stand for. */
export interface NamedContexts {
  /** Images, by the names that the Dockerfile has for them. */
  readonly images: Readonly<Record<string, string>>;
  /** The services whose images are among these. */
  readonly services: readonly string[];
}

interface NamedContext {
  readonly service: string;
  readonly name: string;
  readonly context: string;
  readonly platform: string | undefined;
}

/** The services that these take additional contexts from, after these themselves. */
export function withNeededServices(project: Project, wanted: readonly string[]): string[] {
  const found = new Set(wanted);
  // A set's iteration comes to what is added in its course.
  for (const name of found) {
    for (const context of Object.values(project.services[name]?.build?.additional_contexts ?? {})) {
      const needed = serviceOf(context);
      if (needed !== undefined && Object.hasOwn(project.services, needed)) found.add(needed);
    }
  }
  return [...found];
}

/** Finds the images that additional contexts stand for; of a folder a helper makes one. */
export class NamedContextPlan {
  readonly #project: Pick<Project, "name" | "services">;
  readonly #locate: (context: string) => ContextPath;
  // Two runs at once must not meet.
  readonly #run = randomBytes(6).toString("hex");
  readonly #helpers = new Map<string, BuildTask>();

  /** @param locate where a context that is a folder lies */
  constructor(project: Pick<Project, "name" | "services">, locate: (context: string) => ContextPath) {
    this.#project = project;
    this.#locate = locate;
  }

  /** The tasks that make images of folders. */
  get helpers(): BuildTask[] {
    return [...this.#helpers.values()];
  }

  /** What cannot be had is added to `problems`. */
  read(
    service: string,
    contexts: Readonly<Record<string, string>>,
    platform: string | undefined,
    problems: Problem<MultibuildErrorCode>[],
  ): NamedContexts {
    const images: Record<string, string> = {};
    const services: string[] = [];
    for (const [name, context] of Object.entries(contexts)) {
      const needed = serviceOf(context);
      if (needed !== undefined) services.push(needed);
      const image = this.#imageOf({ service, name, context, platform }, problems);
      if (image !== undefined) images[name] = image;
    }
    return { images, services };
  }

  #imageOf(
    { service, name, context, platform }: NamedContext,
    problems: Problem<MultibuildErrorCode>[],
  ): string | undefined {
    const path = `services.${service}.build.additional_contexts.${name}`;
    const needed = serviceOf(context);
    if (needed !== undefined) {
      const other = Object.hasOwn(this.#project.services, needed) ? this.#project.services[needed] : undefined;
      if (other) return other.image ?? `${this.#project.name}-${needed}`;
      problems.push({
        code: "MULTIBUILD_UNKNOWN_SERVICE",
        message: `service ${service}: \`build.additional_contexts\` names the service \`${needed}\`, which there is not`,
        hint: `the project has ${Object.keys(this.#project.services).join(", ")}`,
        path,
      });
      return undefined;
    }
    const image = /^docker-image:\/\/(.+)$/.exec(context)?.[1];
    if (image !== undefined) return image;
    if (/^(?:oci-layout|target):/.test(context)) {
      problems.push({
        code: "MULTIBUILD_UNSUPPORTED",
        message: `service ${service}: \`build.additional_contexts\` cannot be honoured: engines' own builders take no \`${context}\``,
        hint: "name a service, an image as docker-image://name, or a folder",
        path,
      });
      return undefined;
    }
    const located = this.#locate(context);
    if (located.problem) {
      const message = `service ${service}: \`build.additional_contexts\`: ${located.problem.message}`;
      problems.push({ ...located.problem, message, path });
      return undefined;
    }
    return this.#helperOf(located.context, platform);
  }

  /** For each platform one: builders take files from images of their own platform only. */
  #helperOf(context: string, platform: string | undefined): string {
    const key = `${platform ?? ""} ${context}`;
    const known = this.#helpers.get(key)?.tag;
    if (known !== undefined) return known;
    const tag = `slipway-context-${this.#run}-${this.#helpers.size}`;
    this.#helpers.set(key, {
      serviceName: `additional context ${context}`,
      external: false,
      helper: true,
      context,
      tag,
      ...(platform === undefined ? {} : { dockerPlatform: platform }),
      resolved: false,
    });
    return tag;
  }
}

function serviceOf(context: string): string | undefined {
  return /^service:(.*)$/s.exec(context)?.[1];
}
