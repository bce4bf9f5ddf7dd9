import { buildProject, type LocalImage } from "@slipway/multibuild";
import { type Engine, registryAuthFor, tagImage } from "@slipway/transport";
import type { BuildSettings } from "../commands/build-settings.ts";
import type { Io } from "../io.ts";
import { type BuiltImage, describeImages } from "./built-image.ts";
import type { CommandEvent } from "./command-event.ts";
import type { BuildInput } from "./open-input.ts";
import { type PushFailure, pushImages } from "./push-images.ts";
import { tagsOf } from "./push-names.ts";

/** What `slipway build` works with. */
export interface BuildSession {
  readonly input: BuildInput;
  readonly settings: BuildSettings;
  readonly engines: readonly Engine[];
  readonly io: Io;
  readonly onEvent: (event: CommandEvent) => void;
}

/** What became of a build. */
export interface BuildOutcome {
  readonly images: readonly BuiltImage[];
  readonly pushFailures: readonly PushFailure[];
}

/**
 * Builds a project, names the images by `--tag`, and pushes them if all could be built.
 * @throws the signal's reason, once all that was under way has ended
 */
export async function runBuild(session: BuildSession): Promise<BuildOutcome> {
  const { settings, io, onEvent } = session;
  const built = await tagged(await describeImages(await build(session)), session);
  if (!settings.push || built.some(({ image }) => !image.successful)) return { images: built, pushFailures: [] };
  const { images, failures } = await pushImages(built, {
    engineOf: ({ image }) => engineOf(session, image),
    onEvent: (service, event) => onEvent({ time: Date.now(), service, event }),
    io,
  });
  return { images, pushFailures: failures };
}

async function build({ input, settings, engines, io, onEvent }: BuildSession): Promise<LocalImage[]> {
  const { buildOptions, ...how } = settings.how;
  const run = buildProject(input.project, input.source, engines, {
    ...how,
    root: input.root,
    // What `docker login` has, asked for as a build touches a registry.
    buildOptions: { registryAuth: (registry) => registryAuthFor(registry, io.env), ...buildOptions },
    signal: io.signal,
  });
  for await (const event of run) onEvent({ time: Date.now(), ...event });
  return run.result;
}

async function tagged(images: readonly BuiltImage[], session: BuildSession): Promise<BuiltImage[]> {
  const { input, settings } = session;
  const { architecture, deviceType } = settings.how;
  return Promise.all(
    images.map(async (built) => {
      const { image } = built;
      if (!image.successful || image.imageId === undefined) return built;
      const tags = tagsOf(built, { project: input.project, tags: settings.tags, architecture, deviceType });
      for (const tag of tags) await tagImage(engineOf(session, image), image.imageId, tag);
      return { ...built, tags };
    }),
  );
}

function engineOf({ engines }: BuildSession, image: LocalImage): Engine {
  return engines.find(({ host }) => host === image.engine) ?? (engines[0] as Engine);
}
