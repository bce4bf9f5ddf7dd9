import type { Project } from "@slipway/compose";
import type { Problem } from "@slipway/errors";
import { type Run, startRun } from "@slipway/run";
import {
  type Dockerode,
  type Engine,
  inspectImage,
  parseReference,
  pushImage,
  type RegistryAuth,
  removeImage,
  tagImage,
} from "@slipway/transport";
import type { DeployEvent } from "./deploy-event.ts";
import { ReleaseError, type ReleaseErrorCode } from "./release-error.ts";

/** How to push a project's images to a registry. */
export interface PushOptions {
  /** Where the images are. */
  readonly engine: Engine | Dockerode;
  /** The image of each service on the engine: its name or id. Default: the service's `image`, or `project-service`. */
  readonly images?: Readonly<Record<string, string>> | undefined;
  /**
   * The name to push a service's image by: a registry and repository, to which `/service` is added, or a pattern with
   * `{project}` and `{service}`. Default: the service's own `image`.
   */
  readonly to?: string | undefined;
  /** Default: `latest`, or the tag of the service's own `image`. */
  readonly tag?: string | undefined;
  /** The credentials for a registry; default: those that docker's configuration has. */
  readonly registryAuth?: ((registry: string) => Promise<RegistryAuth | undefined>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What happens while images are pushed. */
export type PushEvent = Extract<DeployEvent, { type: "push" | "pushed" }>;

/** What was pushed. */
export interface PushResult {
  /** The project with each image by its digest, and nothing left to build. */
  readonly project: Project;
  /** By service: `registry.example.com/shop/web@sha256:…`. */
  readonly images: Readonly<Record<string, string>>;
}

/**
 * Pushes the images of a project to a registry, all at once, and pins the project to what was pushed. Images of services
 * that aren't built, and have no name in the registry that is pushed to, are pinned and pushed just the same.
 *
 * @returns a run whose `result` rejects with a ReleaseError RELEASE_BAD_VALUE, before anything is pushed, for services
 *   without a name to push by; RELEASE_PUSH_FAILED with each service whose push failed
 */
export function pushProject(project: Project, options: PushOptions): Run<PushEvent, PushResult> {
  return startRun(async (emit) => {
    const targets = targetsOf(project, options);
    // Services that share an image share its name, and that is pushed once.
    const pushes = new Map<string, Promise<Pushed>>();
    const settled = await Promise.allSettled(
      targets.map(async (target) => {
        const push = pushes.get(target.name) ?? pushOne(target, options, emit);
        pushes.set(target.name, push);
        const { pinned, digest } = await push;
        emit({ type: "pushed", service: target.service, digest, there: false });
        return [target.service, pinned] as const;
      }),
    );
    options.signal?.throwIfAborted();
    const failures = settled.flatMap((outcome, index) =>
      outcome.status === "rejected" ? [[targets[index]?.service, outcome.reason as unknown] as const] : [],
    );
    const problems = failures.map(([service, error]): Problem<ReleaseErrorCode> => {
      const why = error instanceof Error ? error.message : String(error);
      return { code: "RELEASE_PUSH_FAILED", message: `service ${service}: ${why}` };
    });
    if (problems.length > 0) {
      const cause = failures.length === 1 ? failures[0]?.[1] : new AggregateError(failures.map(([, error]) => error));
      throw new ReleaseError("RELEASE_PUSH_FAILED", problems.map(({ message }) => message).join("\n"), {
        problems,
        cause,
      });
    }
    const images = Object.fromEntries(
      settled.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])),
    );
    return { project: pinned(project, images), images };
  });
}

interface Target {
  readonly service: string;
  /** On the engine. */
  readonly image: string;
  /** In the registry, with its tag. */
  readonly name: string;
}

function targetsOf(project: Project, { images = {}, to, tag }: PushOptions): Target[] {
  const problems: Problem<ReleaseErrorCode>[] = [];
  const targets = Object.values(project.services).map(({ name: service, image: own }): Target => {
    const image = images[service] ?? own ?? `${project.name}-${service}`;
    const pattern = to === undefined || to.includes("{") ? to : `${to.replace(/\/+$/, "")}/{service}`;
    const named = pattern?.replaceAll("{service}", service.toLowerCase()).replaceAll("{project}", project.name) ?? own;
    if (named === undefined) {
      const message = `service ${service} has no name to push its image by`;
      problems.push({ code: "RELEASE_BAD_VALUE", message, hint: "give it an `image`, or say where to push to" });
      return { service, image, name: "" };
    }
    try {
      const { domain, path, tag: written } = parseReference(named);
      return { service, image, name: `${domain}/${path}:${tag ?? written ?? "latest"}` };
    } catch (error) {
      problems.push({ code: "RELEASE_BAD_VALUE", message: `service ${service}: ${(error as Error).message}` });
      return { service, image, name: "" };
    }
  });
  const taken = new Map<string, Target>();
  for (const target of targets) {
    const { service, image, name } = target;
    const other = taken.get(name);
    if (name !== "" && other !== undefined && image !== other.image) {
      const message = `services ${other.service} and ${service} would be pushed by one name, ${name}`;
      problems.push({ code: "RELEASE_BAD_VALUE", message, hint: "put {service} into the pattern" });
    }
    taken.set(name, target);
  }
  ReleaseError.throwAll(problems);
  return targets;
}

interface Pushed {
  /** The name, with the digest for a tag. */
  readonly pinned: string;
  readonly digest: string;
}

async function pushOne(
  { service, image, name }: Target,
  { engine, registryAuth, signal }: PushOptions,
  emit: (event: PushEvent) => void,
): Promise<Pushed> {
  const found = await inspectImage(engine, image);
  if (!found) {
    throw new ReleaseError("RELEASE_PUSH_FAILED", `the engine has no image ${image}`, {
      hint: "build or pull it first",
    });
  }
  const auth = await registryAuth?.(parseReference(name).domain);
  const short = parseReference(name).familiar;
  const isNamed = found.RepoTags?.includes(short) ?? false;
  // A name that was another image's stays, on this one, as it does in the registry.
  const isNew = !isNamed && (await inspectImage(engine, name)) === undefined;
  if (!isNamed) await tagImage(engine, image, name);
  try {
    const { digest } = await pushImage(engine, name, {
      signal,
      ...(auth ? { auth } : {}),
      onProgress: (progress) => emit({ type: "push", service, progress }),
    });
    if (!digest) throw new ReleaseError("RELEASE_PUSH_FAILED", `the engine tells no digest of ${short}`);
    return { pinned: `${short.slice(0, short.lastIndexOf(":"))}@${digest}`, digest };
  } finally {
    if (isNew) await removeImage(engine, name).catch(() => undefined);
  }
}

function pinned(project: Project, images: Readonly<Record<string, string>>): Project {
  const services = Object.entries(project.services).map(([name, { build: _, pull_policy, ...service }]) => [
    name,
    {
      ...service,
      image: images[name] ?? service.image,
      // There is nothing left to build from.
      ...(pull_policy === undefined || pull_policy === "build" ? {} : { pull_policy }),
    },
  ]);
  return { ...project, services: Object.fromEntries(services) as Project["services"] };
}
