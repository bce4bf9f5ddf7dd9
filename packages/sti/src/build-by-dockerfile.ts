import { build, type BuildError } from "@slipway/build";
import { type EntryToPack, packEntries } from "@slipway/context";
import { isSlipwayError } from "@slipway/errors";
import type { Engine } from "@slipway/transport";
import type { BuildContext } from "./build-context.ts";
import type { BuildStep } from "./build-step.ts";
import { dockerfileText, uploads } from "./dockerfile-text.ts";
import { KeptArtifacts } from "./kept-artifacts.ts";
import { labelNames } from "./labels.ts";
import { place } from "./place-entries.ts";
import { savedArtifacts, scriptEntries } from "./save-artifacts.ts";
import { removeUnnamed } from "./remove-unnamed.ts";
import { ScriptLog } from "./script-log.ts";
import { StiError, type StiErrorCode } from "./sti-error.ts";
import { TimeLimit } from "./time-limit.ts";

/**
 * Does a step by building a Dockerfile that is made for it.
 * @returns the image's id
 * @throws StiError STI_BUILD_FAILED, STI_CREATE_DOCKERFILE_FAILED, STI_NOT_SUPPORTED, STI_TIMED_OUT
 */
export async function buildByDockerfile(context: BuildContext, step: BuildStep): Promise<string> {
  const { buildkit } = context;
  refuseWithoutBuildkit(step, buildkit, step.secrets ? Object.keys(context.request.secrets ?? {}) : []);
  const { artifacts } = step;
  const keep = artifacts !== undefined && buildkit && KeptArtifacts.fits(artifacts, step, "image");
  if (!keep) return buildIt(context, step, undefined);
  const kept = await KeptArtifacts.start(context, artifacts, "image");
  try {
    return await buildIt(context, step, kept);
  } finally {
    await kept.remove();
  }
}

async function buildIt(context: BuildContext, step: BuildStep, kept: KeptArtifacts | undefined): Promise<string> {
  const { engine, buildkit, request, emit, runId } = context;
  const secrets = step.secrets ? (request.secrets ?? {}) : {};
  const from = nameFor(step, buildkit);
  const { text, buildArgs } = dockerfileText(step, {
    from,
    buildkit,
    secrets: Object.keys(secrets),
    withLabels: false,
    artifactsFrom: kept?.name,
    mark: buildkit ? undefined : runId,
  });
  if (request.debug) emit({ type: "debug", message: `Dockerfile:\n${text}` });
  emit({ type: "stage", stage: step.stage, message: `building ${step.reference} with ${step.prepare}` });
  const log = new ScriptLog(emit, step.stage, request.writer);
  const limit = new TimeLimit(request.signal, request.scriptTimeoutMs);
  try {
    const run = build(engine, packEntries(everything(context, step, text, kept)), {
      builder: buildkit ? "buildkit" : "classic",
      labels: step.labels,
      buildArgs,
      secrets,
      platform: request.platform,
      noCache: request.clean ?? false,
      ...(request.registryAuth ? { registryAuth: request.registryAuth } : {}),
      ...(limit.signal ? { signal: limit.signal } : {}),
    });
    for await (const event of run) {
      if (event.type === "log") log.text(event.stream, event.data);
      else if (event.type === "warning") emit(event);
      else if (event.type === "step") {
        if (event.state === "started" && isPrepare.test(event.name)) limit.begin();
        if (request.debug && event.state !== "started")
          emit({ type: "debug", message: `${event.name}: ${event.state}` });
      }
    }
    return (await run.result).imageId;
  } catch (error) {
    if (!buildkit) await removeMarked(engine, runId);
    throw asStiError(limit.explain(error, step.prepare, step.reference), step);
  } finally {
    limit.end();
  }
}

const isPrepare = /^\[[^\]]*\] RUN /;

/** What a Dockerfile starts from: the name that was given, or the one that an image given by its id has. */
export function nameFor({ reference, image }: BuildStep, buildkit: boolean): string {
  if (!/^(?:sha256:)?[0-9a-f]{12,64}$/.test(reference) || (image.RepoTags ?? []).includes(`${reference}:latest`)) {
    return reference;
  }
  const name = image.RepoTags?.[0] ?? (buildkit ? undefined : image.Id);
  if (name !== undefined) return name;
  throw new StiError("STI_NOT_SUPPORTED", `image ${reference} has no name, and BuildKit starts from none without`, {
    image: reference,
    hint: "tag it, or build with method run",
  });
}

/** Removes what the classic builder has made before it failed. */
async function removeMarked(engine: Engine, mark: string): Promise<void> {
  const filters = { label: [`${labelNames.run}=${mark}`] };
  // The newest are made of the others, which go with them.
  for (const { Id } of await engine.docker.listImages({ all: true, filters })) await removeUnnamed(engine, Id);
}

/** A step's build context with its artifacts; where they are an image, it is there when the context ends. */
async function* everything(
  context: BuildContext,
  step: BuildStep,
  dockerfile: string,
  kept: KeptArtifacts | undefined,
): AsyncGenerator<EntryToPack, void, undefined> {
  yield* contextEntries(step, dockerfile, context.request.sourceDateEpoch);
  if (kept) await kept.ready;
  else if (step.artifacts) {
    yield* place(savedArtifacts(context, step.artifacts), { folder: uploads.artifacts, ...artifactOwner(step) });
  }
}

/** A step's build context without artifacts: the Dockerfile first, as the builder is chosen by it. */
export async function* contextEntries(
  step: BuildStep,
  dockerfile: string,
  time: number | undefined,
): AsyncGenerator<EntryToPack, void, undefined> {
  const { ids } = step;
  yield { header: { name: "Dockerfile", type: "file" }, body: dockerfile };
  if (!step.sourceImage) yield* place(step.source(), { folder: uploads.source, owner: ids, time });
  if (step.uploads.size > 0) yield* place(scriptEntries(step.uploads), { folder: uploads.scripts, owner: ids, time });
  if (step.buildFolder) yield* place([], { folder: uploads.build, owner: ids, time });
}

/** Root may be meant to restore owners; others could not, and have to be able to move what they are given. */
export function artifactOwner({ ids }: BuildStep): { readonly owner?: BuildStep["ids"] } {
  return ids.uid === 0 ? {} : { owner: ids };
}

function refuseWithoutBuildkit(step: BuildStep, buildkit: boolean, secrets: readonly string[]): void {
  const needs = [...(secrets.length > 0 ? ["secrets"] : []), ...(step.caches.length > 0 ? ["caches"] : [])];
  if (buildkit || needs.length === 0) return;
  throw new StiError("STI_NOT_SUPPORTED", `${needs.join(" and ")} need BuildKit, and the classic builder builds`, {
    hint: needs.includes("caches") ? "build without caches" : "build with method run, which can do without",
  });
}

const codes: Readonly<Record<string, StiErrorCode>> = {
  BUILD_NO_BASE_IMAGE: "STI_NO_SUCH_BASE_IMAGE",
  BUILD_BAD_DOCKERFILE: "STI_CREATE_DOCKERFILE_FAILED",
  BUILD_NEEDS_BUILDKIT: "STI_NOT_SUPPORTED",
  BUILD_NOT_SUPPORTED: "STI_NOT_SUPPORTED",
};

/** A build's failure in this package's words; what is none, or is ours already, as it is. */
function asStiError(error: unknown, step: BuildStep): unknown {
  if (!isSlipwayError(error) || !error.code.startsWith("BUILD_")) return error;
  const { message, hint, exitCode, output } = error as BuildError;
  const code = codes[error.code] ?? "STI_BUILD_FAILED";
  const failed = code === "STI_BUILD_FAILED" && exitCode !== undefined;
  const what = failed ? `${step.prepare} of ${step.reference} ended with exit code ${exitCode}` : message;
  return new StiError(code, what, { cause: error, hint, exitCode, output, image: step.reference });
}
