import { randomBytes } from "node:crypto";
import { type EntryToPack, readEntries } from "@slipway/context";
import { getArchive, type ImageInspect, inspectImage, tagImage } from "@slipway/transport";
import { buildByDockerfile } from "./build-by-dockerfile.ts";
import { buildByRun } from "./build-by-run.ts";
import type { BuildContext } from "./build-context.ts";
import type { BuildStep, CacheMount } from "./build-step.ts";
import { ScriptContainer } from "./container.ts";
import { ensureImage } from "./ensure-image.ts";
import { imageLabels } from "./image-labels.ts";
import { labelNames } from "./labels.ts";
import { planStep, type PlannedStep } from "./plan-step.ts";
import { findPrevious, type Previous } from "./previous-image.ts";
import { rewriteTimes } from "./rewrite-times.ts";
import { settleAll } from "./settle-all.ts";
import { readSourceFacts } from "./source-facts.ts";
import type { OpenSource } from "./source/source-tree.ts";
import { StiError } from "./sti-error.ts";
import { removeUnnamed } from "./remove-unnamed.ts";

/** Images that have no names yet. */
export interface MadeImages {
  readonly imageId: string;
  /** Of an extended build. */
  readonly buildImage?: string | undefined;
  /** What `imageId` was made from. */
  readonly baseId: string;
  readonly incremental: boolean;
}

/** What is known before anything is made. */
export interface Plan {
  readonly builder: BuildStep;
  readonly runtime: PlannedStep | undefined;
}

/** Makes the images of a build, without names. After a failure there are none. */
export async function makeImages(context: BuildContext, source: OpenSource): Promise<MadeImages> {
  const { builder, runtime } = await planBuild(context, source);
  const incremental = builder.artifacts !== undefined;
  const first = await doStep(context, builder);
  if (!runtime) return { imageId: first, baseId: builder.image.Id, incremental };
  try {
    const imageId = await deploy(context, first, builder, runtime);
    return { imageId, buildImage: first, baseId: runtime.image.Id, incremental };
  } catch (error) {
    await removeUnnamed(context.engine, first);
    throw error;
  }
}

/** Looks at images and source, and decides what is done. */
export async function planBuild(context: BuildContext, source: OpenSource): Promise<Plan> {
  const { request, emit, engine } = context;
  const { baseImage, runtimeImage } = request;
  emit({
    type: "stage",
    stage: "images",
    message: `looking at ${[baseImage, runtimeImage].filter(Boolean).join(" and ")}`,
  });
  const base = await ensureImage(engine, baseImage, "base", request, emit);
  const runtimeInspect = runtimeImage ? await ensureImage(engine, runtimeImage, "runtime", request, emit) : undefined;
  const facts = await readSourceFacts(source.tree);
  const common = {
    environment: { ...facts.environment, ...request.environment },
    labels: imageLabels(request, source),
    source: () => source.tree.entries(facts.ignore),
  };
  const tag = runtimeImage ? `${request.tag}-build` : request.tag;
  const [planned, runtime, previous] = await settleAll([
    planStep(context, {
      ...common,
      stage: "prepare",
      reference: baseImage,
      image: base,
      uploads: facts.scripts,
      needs: runtimeImage ? ["prepare"] : ["prepare", "run"],
    }),
    runtimeImage && runtimeInspect
      ? planStep(context, {
          ...common,
          stage: "runtime",
          reference: runtimeImage,
          image: runtimeInspect,
          // The source's prepare is the builder's.
          uploads: new Map([...facts.scripts].filter(([name]) => name === "run")),
          needs: ["prepare", "run"],
        })
      : Promise.resolve(undefined),
    findPrevious(context, tag, facts.scripts),
  ]);
  warnOfEntrypoint(context, runtime ?? planned);
  const caches = cachesOf(context, planned, previous, tag);
  const generation = caches.length > 0 ? { [labelNames.cacheGeneration]: generationOf(caches) } : {};
  const builder: BuildStep = {
    ...planned,
    ...(runtime ? { run: undefined } : {}),
    labels: { ...planned.labels, ...generation },
    artifacts: previous.artifacts,
    buildFolder: runtime !== undefined,
    caches,
    secrets: true,
  };
  return { builder, runtime };
}

/** One step by the request's method. */
async function doStep(context: BuildContext, step: BuildStep): Promise<string> {
  const { engine, request } = context;
  const make = (request.method ?? "build") === "run" ? buildByRun : buildByDockerfile;
  const imageId = await make(context, step);
  if (request.sourceDateEpoch === undefined) return imageId;
  let rewritten: string | undefined;
  try {
    rewritten = await rewriteTimes(context, imageId, step.image, request.sourceDateEpoch);
    return rewritten;
  } finally {
    if (rewritten !== imageId) await removeUnnamed(engine, imageId);
  }
}

/** The second half of an extended build: what the builder left becomes the runtime image's source. */
async function deploy(context: BuildContext, first: string, builder: BuildStep, runtime: PlannedStep): Promise<string> {
  const { engine, request, runId } = context;
  const path = `${builder.destination}/build`;
  const step = { ...runtime, artifacts: undefined, buildFolder: false, caches: [], secrets: false };
  if (request.method === "run") {
    const image = (await inspectImage(engine, first)) as ImageInspect;
    return doStep(context, { ...step, source: () => folderOf(context, image, path) });
  }
  const name = `slipway-sti-${runId}:built`;
  context.temporaryNames.push(name);
  await tagImage(engine, first, name);
  return doStep(context, { ...step, sourceImage: { name, path } });
}

/** A folder of an image, read from a container that never runs. */
async function* folderOf(
  { engine, request, runId, cleanups }: BuildContext,
  image: ImageInspect,
  path: string,
): AsyncGenerator<EntryToPack, void, undefined> {
  const { labels, platform, signal } = request;
  const spec = { role: "built", image, command: "/never", labels, platform, signal };
  const container = await ScriptContainer.create(engine, spec, runId);
  let cleanedUp = (): void => undefined;
  cleanups.push(new Promise((resolve) => (cleanedUp = resolve)));
  try {
    for await (const { header, body } of readEntries(await getArchive(engine, container.id, path, { signal }), {
      signal,
    })) {
      const name = header.name.split("/").slice(1).join("/");
      const linkname = header.type === "link" ? header.linkname?.split("/").slice(1).join("/") : header.linkname;
      if (name !== "") yield { header: { ...header, name, ...(linkname === undefined ? {} : { linkname }) }, body };
    }
  } finally {
    await container.remove().finally(cleanedUp);
  }
}

function cachesOf(
  { request, buildkit, emit }: BuildContext,
  step: PlannedStep,
  previous: Previous,
  tag: string,
): CacheMount[] {
  const label = step.image.Config.Labels?.[labelNames.caches];
  const paths = request.caches ?? (label ? label.split(",").map((path) => path.trim()) : []);
  if (paths.length === 0) return [];
  if (request.caches === undefined && (request.method === "run" || !buildkit)) {
    emit({
      type: "warning",
      message: `the caches of ${step.reference} are not used: they need BuildKit and method build`,
    });
    return [];
  }
  const wrong = paths.filter((path) => !/^\/[^,\s"]+$/.test(path));
  if (wrong.length > 0) {
    throw new StiError("STI_NOT_SUPPORTED", `${step.reference} names caches that are no folders: ${wrong.join(", ")}`, {
      hint: `its label ${labelNames.caches} holds absolute paths with commas between them`,
    });
  }
  // A clean build begins a generation of its own; the engine lets the old one go in time.
  const known = request.clean ? undefined : previous.image?.Config.Labels?.[labelNames.cacheGeneration];
  const generation = known ?? randomBytes(6).toString("hex");
  return paths.map((path) => ({ path, id: `slipway-sti:${tag}:${generation}:${path}` }));
}

function generationOf([first]: readonly CacheMount[]): string {
  return first?.id.split(":").at(-2) ?? "";
}

function warnOfEntrypoint({ emit }: BuildContext, { image, reference, scripts }: PlannedStep): void {
  const { Entrypoint } = image.Config;
  if (scripts.layout === "s2i" || !Entrypoint || Entrypoint.length === 0) return;
  const message = `${reference} has the entry point ${JSON.stringify(Entrypoint)}, which is given the run script to run`;
  emit({ type: "warning", message });
}
