import type { BuildEngines, LocalImage } from "@slipway/multibuild";
import { type Dockerode, type Engine, toEngine } from "@slipway/transport";
import type { ApiClient } from "./api-client.ts";
import { Api } from "./api.ts";
import type { BuiltService } from "./build-services.ts";
import { patient } from "./create.ts";
import type { DeployEvent } from "./deploy-event.ts";
import type { DeployOptions } from "./deploy-options.ts";
import type { DeployedImage } from "./deployed-image.ts";
import { storable } from "./build-log.ts";
import { pushService } from "./push-service.ts";
import type { Image, ImageChange } from "./resources.ts";

// The API refuses others, such as those of a user's own resolvers.
const projectTypes: readonly string[] = [
  "Architecture-specific Dockerfile",
  "Dockerfile.template",
  "NodeJS",
  "Standard Dockerfile",
];

/**
 * Pushes what was built, all at once, and records each image as it arrives; the first failure ends the others. Images that
 * are successful already are left alone.
 */
export async function pushServices(
  client: ApiClient,
  options: DeployOptions,
  built: ReadonlyMap<string, BuiltService>,
  images: ReadonlyMap<string, Image>,
  emit: (event: DeployEvent) => void,
): Promise<[string, DeployedImage][]> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const pushes = [...images].map(async ([service, image]): Promise<[string, DeployedImage]> => {
    const location = image.is_stored_at__image_location;
    const own = built.get(service);
    if (!own) {
      const digest = image.content_hash ?? "";
      emit({ type: "pushed", service, digest, there: true });
      return [service, { location, digest, there: true }];
    }
    try {
      const digest = await pushOne(
        new Api(client, { signal, retry: options.retry }),
        { ...options, signal },
        own,
        image,
        (progress) => emit({ type: "push", service, progress }),
      );
      emit({ type: "pushed", service, digest, there: false });
      return [service, { location, digest, there: false }];
    } catch (error) {
      const isFirst = !stop.signal.aborted && !options.signal?.aborted;
      stop.abort(error);
      await markImage(client, options, image.id, isFirst ? "failed" : "cancelled", error);
      throw error;
    }
  });
  await Promise.allSettled(pushes);
  options.signal?.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  return Promise.all(pushes);
}

async function pushOne(
  api: Api,
  { engines, signal }: DeployOptions,
  { image: local, log }: BuiltService,
  image: Image,
  onProgress: Parameters<typeof pushService>[4]["onProgress"],
): Promise<string> {
  const location = image.is_stored_at__image_location;
  const name = local.imageId ?? local.name;
  const { digest, size } = await pushService(api, engineOf(local, engines), name, location, { signal, onProgress });
  const now = new Date();
  const change: ImageChange = {
    status: "success",
    content_hash: digest,
    image_size: size,
    push_timestamp: now,
    end_timestamp: now,
    ...(projectTypes.includes(local.projectType ?? "") ? { project_type: local.projectType } : {}),
    ...(local.dockerfile === undefined ? {} : { dockerfile: storable(local.dockerfile) }),
    ...(local.external ? {} : { build_log: log.toString() }),
  };
  await api.patch("image", image.id, { ...change });
  return digest;
}

/** The engine that has an image, of those that it may have been built on. */
function engineOf({ engine }: LocalImage, engines: BuildEngines): Engine {
  const all = (Array.isArray(engines) ? (engines as readonly (Engine | Dockerode)[]) : [engines as Engine]).map(
    toEngine,
  );
  return all.find(({ host }) => host === engine) ?? (all[0] as Engine);
}

/** Tells what became of an image, also after an abort; that this fails is passed over, as another error is told. */
async function markImage(
  client: ApiClient,
  { retry }: DeployOptions,
  id: number,
  status: "failed" | "cancelled",
  error: unknown,
): Promise<void> {
  const error_message = storable(error instanceof Error ? error.message : String(error)).slice(0, 1000);
  await patient(client, retry)
    .patch("image", id, { status, end_timestamp: new Date(), error_message })
    .catch(() => undefined);
}
