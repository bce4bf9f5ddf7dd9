import { randomBytes } from "node:crypto";
import type { Engine, ImageInspect } from "@slipway/transport";
import { withEngine } from "./engine-for.ts";
import { ensureImage, type ImageRole } from "./ensure-image.ts";
import { ImageFiles, scriptFolders } from "./image-files.ts";
import type { Request, ValidateRequest } from "./request.ts";
import { placesOf, type ScriptRole, type Scripts } from "./scripts.ts";
import type { Emit } from "./sti-event.ts";
import { startRun, type StiRun } from "./sti-run.ts";

/** What a validation found. */
export interface ValidateResult {
  /** Whether all images are usable as what they are to be. */
  readonly success: boolean;
  /** What is wrong with them, and else what was found. */
  readonly messages: readonly string[];
  readonly images: readonly ValidatedImage[];
}

/** One image and what it has. */
export interface ValidatedImage {
  readonly image: string;
  readonly role: "builder" | "runtime";
  readonly scripts: Scripts;
  /** What keeps it from being used; empty for a usable one. */
  readonly problems: readonly string[];
}

/**
 * Tells whether images can be used for builds: whether their scripts are there and can be run, and no entry point is in
 * the way. Images that are not on the engine are pulled.
 *
 * @returns a run whose `result` rejects where that cannot be found out: for an image that is not to be had, or an engine
 *   that does not answer
 */
export function validate(request: ValidateRequest): StiRun<ValidateResult> {
  return startRun((emit) => withEngine(request, (engine) => run(engine, request, emit)));
}

async function run(engine: Engine, request: ValidateRequest, emit: Emit): Promise<ValidateResult> {
  const { baseImage, runtimeImage, incremental } = request;
  const images = [
    await validateImage(engine, request, emit, {
      reference: baseImage,
      role: "base",
      // What an extended build hands on between builds is saved artifacts.
      needs: runtimeImage
        ? ["prepare", "save-artifacts"]
        : ["prepare", "run", ...(incremental ? (["save-artifacts"] as const) : [])],
    }),
    ...(runtimeImage
      ? [
          await validateImage(engine, request, emit, {
            reference: runtimeImage,
            role: "runtime",
            needs: ["prepare", "run"],
          }),
        ]
      : []),
  ];
  const problems = images.flatMap((image) => image.problems);
  const success = problems.length === 0;
  return { success, messages: success ? images.map(describe) : problems, images };
}

interface Validated {
  readonly reference: string;
  readonly role: ImageRole;
  readonly needs: readonly ScriptRole[];
}

async function validateImage(
  engine: Engine,
  request: Request,
  emit: Emit,
  { reference, role, needs }: Validated,
): Promise<ValidatedImage> {
  emit({ type: "stage", stage: "images", message: `looking at ${reference}` });
  const image = await ensureImage(engine, reference, role, request, emit);
  const folders = scriptFolders(image, undefined);
  const { labels, platform, signal } = request;
  const runId = randomBytes(6).toString("hex");
  const scripts = await ImageFiles.open(engine, { reference, image, labels, platform, runId, role, signal }, (files) =>
    files.scripts(folders),
  );
  if (request.debug) emit({ type: "debug", message: `${reference}: ${JSON.stringify(scripts)}` });
  const missing = needs.filter((need) => scripts[need] === undefined);
  const problems = [
    ...missing.map(
      (need) => `${reference} has no ${need} script that can be run; looked for ${placesOf(folders, need).join(", ")}`,
    ),
    ...entrypointProblems(reference, image, scripts),
    ...triggerProblems(reference, image),
  ];
  return { image: reference, role: role === "base" ? "builder" : "runtime", scripts, problems };
}

/** Builders of the s2i layout mean their entry point to run what it is given; of others none is known to. */
function entrypointProblems(reference: string, { Config: { Entrypoint } }: ImageInspect, scripts: Scripts): string[] {
  if (scripts.layout === "s2i" || !Entrypoint || Entrypoint.length === 0) return [];
  return [`${reference} has the entry point ${JSON.stringify(Entrypoint)}, which is in the way of its run script`];
}

function triggerProblems(reference: string, { Config }: ImageInspect): string[] {
  const triggers = (Config as { OnBuild?: readonly string[] | null }).OnBuild ?? [];
  return triggers.length === 0 ? [] : [`${reference} has ONBUILD instructions: ${triggers.join("; ")}`];
}

function describe({ image, role, scripts: { layout, ...scripts } }: ValidatedImage): string {
  return `${image} is a usable ${role} image: ${Object.values(scripts).join(", ")} (${layout} layout)`;
}
