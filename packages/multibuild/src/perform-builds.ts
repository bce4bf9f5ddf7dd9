import { isSlipwayError } from "@slipway/errors";
import { describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import { baseImages } from "./base-images.ts";
import type { BuildTask } from "./build-task.ts";
import { buildTask } from "./build-one.ts";
import { localImage, type LocalImage } from "./local-image.ts";
import { MultibuildError } from "./multibuild-error.ts";
import { ImagePuller } from "./pull-images.ts";
import type { PerformBuildsOptions } from "./perform-builds-options.ts";
import { buildArgsOf, registrySecretsOf } from "./task-build-options.ts";

const concurrencyByDefault = 8;

/**
 * Builds the tasks' images, or has them from their registries, in parallel. What fails does no harm to the others. The
 * tasks' files are let go of.
 *
 * @returns an image for each task, in order; one that failed has `successful: false` and its error
 * @throws {TransportError} for an engine that cannot be reached
 * @throws the signal's reason, once everything under way has ended; images that were finished by then stay
 */
export async function performBuilds(
  tasks: readonly BuildTask[],
  docker: Engine | Dockerode,
  options: PerformBuildsOptions = {},
): Promise<LocalImage[]> {
  const { concurrency = concurrencyByDefault, failFast = false } = options;
  const engine = toEngine(docker);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const puller = new ImagePuller(engine, options.pull ?? false, signal);
  const images: LocalImage[] = [];
  let broken: { error: unknown } | undefined;
  let firstFailure: LocalImage | undefined;

  const build = async (task: BuildTask, index: number): Promise<void> => {
    const image = await attempt(task, engine, puller, { ...options, signal }, () => firstFailure);
    images[index] = image;
    options.onEvent?.({ service: task.serviceName, event: { type: "end", image } });
    if (image.successful || firstFailure) return;
    firstFailure = image;
    if (failFast) stop.abort(image.error);
  };
  const waiting = [...tasks.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        await build(next[1], next[0]);
      } catch (error) {
        // Not one service's failure: nothing more can be done for any.
        broken ??= { error };
        stop.abort(error);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, tasks.length)) }, work));
  } finally {
    for (const task of tasks) {
      task.buildStream?.destroy();
      await task.files?.close();
    }
  }
  options.signal?.throwIfAborted();
  if (broken) throw broken.error;
  return images;
}

/** Builds one task's image, or has it from its registry. See {@link performBuilds}. */
export async function performSingleBuild(
  task: BuildTask,
  docker: Engine | Dockerode,
  options: Omit<PerformBuildsOptions, "concurrency" | "failFast"> = {},
): Promise<LocalImage> {
  const [image] = await performBuilds([task], docker, options);
  return image as LocalImage;
}

async function attempt(
  task: BuildTask,
  engine: Engine,
  puller: ImagePuller,
  options: PerformBuildsOptions & { readonly signal: AbortSignal },
  firstFailure: () => LocalImage | undefined,
): Promise<LocalImage> {
  const limit = timeLimit(task, options.timeoutMs);
  const own = limit ? { ...options, signal: AbortSignal.any([options.signal, limit.signal]) } : options;
  const common = {
    serviceName: task.serviceName,
    external: task.external,
    startTime: Date.now(),
    dockerfile: task.dockerfile,
    projectType: task.projectType,
    engine: engine.host,
    platform: task.dockerPlatform,
    attempts: 1,
    layers: [],
    baseImageTags: task.dockerfile === undefined ? [] : baseImages(task, buildArgsOf(task, options)),
  };
  try {
    options.signal.throwIfAborted();
    const made = task.external
      ? await orAborted(pullTask(task, puller, options), own.signal)
      : await buildTask(task, engine, own);
    return localImage(engine, { ...common, ...made, successful: true, endTime: Date.now() });
  } catch (error) {
    const culprit = firstFailure();
    // A failure that came before the abort stays the service's own.
    const aborted = options.signal.aborted && error === options.signal.reason;
    if ((aborted && !culprit) || isUnreachable(error)) throw error;
    // An answer that breaks off is the end of that build, or of the engine.
    if (isSlipwayError(error, "BUILD_BROKEN_STREAM")) await describeEngine(engine);
    const reason = aborted && culprit ? notRun(task, culprit, error) : error;
    const name = task.tag ?? task.imageName ?? "";
    return localImage(engine, {
      ...common,
      name,
      imageId: undefined,
      successful: false,
      error: reason,
      endTime: Date.now(),
    });
  } finally {
    limit?.stop();
  }
}

function timeLimit(task: BuildTask, timeout: number | undefined): { signal: AbortSignal; stop(): void } | undefined {
  if (timeout === undefined) return undefined;
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const message = `service ${task.serviceName} was not done after ${timeout / 1000} s`;
    controller.abort(
      new MultibuildError("MULTIBUILD_TIMED_OUT", message, { hint: "see what its last step waits for, or allow more" }),
    );
  }, timeout);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

/** A pull may be for others too, and goes on without who has no time left. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function pullTask(
  task: BuildTask,
  puller: ImagePuller,
  options: PerformBuildsOptions,
): Promise<Pick<LocalImage, "name" | "imageId">> {
  const { imageName: name = "", dockerPlatform: platform } = task;
  const secrets = registrySecretsOf(task, options);
  const imageId = await puller.get({ name, platform, secrets }, (progress) => {
    const { layer, status } = progress;
    task.progressHook?.({ ...progress, toString: () => (layer === undefined ? status : `${layer}: ${status}`) });
    options.onEvent?.({ service: task.serviceName, event: { type: "pull", ...progress } });
  });
  return { name, imageId };
}

function notRun(task: BuildTask, culprit: LocalImage, cause: unknown): MultibuildError {
  return new MultibuildError(
    "MULTIBUILD_NOT_RUN",
    `service ${task.serviceName} was not built, since service ${culprit.serviceName} failed`,
    { cause, hint: `mend ${culprit.serviceName}, or let the others go on after a failure` },
  );
}

function isUnreachable(error: unknown): boolean {
  return isSlipwayError(error, "TRANSPORT_CONNECTION_LOST") || isSlipwayError(error, "TRANSPORT_NO_ENGINE");
}
