import type { EntryToPack } from "@slipway/context";
import type { ImageInspect } from "@slipway/transport";
import { checkUser } from "./allowed-users.ts";
import type { BuildContext } from "./build-context.ts";
import type { BuildStep } from "./build-step.ts";
import { ImageFiles, scriptFolders } from "./image-files.ts";
import { labelNames } from "./labels.ts";
import { destinationOf } from "./previous-image.ts";
import { placesOf, type ScriptRole, type Scripts } from "./scripts.ts";
import { StiError } from "./sti-error.ts";

/** What one image of a build is for. */
export interface StepPart {
  readonly stage: BuildStep["stage"];
  readonly reference: string;
  readonly image: ImageInspect;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly uploads: ReadonlyMap<string, Buffer>;
  readonly source: () => AsyncIterable<EntryToPack>;
  /** The scripts that there must be. */
  readonly needs: readonly ScriptRole[];
}

/** What a look into an image says of its part in a build. */
export type PlannedStep = Omit<BuildStep, "artifacts" | "buildFolder" | "caches" | "secrets"> & {
  readonly scripts: Scripts;
};

/**
 * Looks into an image and decides how its part of a build is done.
 * @throws StiError STI_NO_SUCH_SCRIPT, STI_USER_NOT_ALLOWED, STI_NOT_SUPPORTED
 */
export async function planStep(context: BuildContext, part: StepPart): Promise<PlannedStep> {
  const { engine, request, runId, emit } = context;
  const { image, reference, stage, uploads } = part;
  refuseTriggers(image, reference);
  const destination = destinationOf(image);
  const inImage = scriptFolders(image, request.scriptsUrl);
  const folders = [{ path: `${destination}/scripts`, uploaded: [...uploads.keys()] }, ...inImage];
  const imageUser = image.Config.User ?? "";
  const asked = request.user ?? image.Config.Labels?.[labelNames.assembleUser];
  const user = asked ?? imageUser;
  const finalUser = request.user ?? (imageUser || user);
  const { labels, platform, signal } = request;
  return ImageFiles.open(engine, { reference, image, labels, platform, runId, role: stage, signal }, async (files) => {
    const scripts = await files.scripts(folders);
    for (const role of part.needs) {
      if (scripts[role] === undefined) throw noScript(reference, role, placesOf(inImage, role));
    }
    const ids = await files.userIds(user);
    if (request.allowedUids !== undefined) {
      checkUser(request.allowedUids, ids, user, reference);
      checkUser(request.allowedUids, await files.userIds(finalUser), finalUser, reference);
    }
    if (request.debug)
      emit({ type: "debug", message: `${reference}: ${JSON.stringify({ ...scripts, user, ...ids })}` });
    const { prepare = "", run } = scripts;
    const { environment, source } = part;
    const step = {
      stage,
      image,
      reference,
      prepare,
      run,
      destination,
      environment,
      uploads,
      source,
      labels: part.labels,
    };
    return { ...step, user, ids, finalUser, scripts };
  });
}

/** ONBUILD instructions would copy from a build context of another shape, and not run at all in a container. */
function refuseTriggers(image: ImageInspect, reference: string): void {
  const triggers = (image.Config as { OnBuild?: readonly string[] | null }).OnBuild ?? [];
  if (triggers.length === 0) return;
  throw new StiError("STI_NOT_SUPPORTED", `image ${reference} has ONBUILD instructions: ${triggers.join("; ")}`, {
    image: reference,
    hint: "build from it with a Dockerfile, or make a builder image without them",
  });
}

/** An image has no script for a role. */
export function noScript(image: string, role: ScriptRole, places: readonly string[]): StiError {
  return new StiError("STI_NO_SUCH_SCRIPT", `image ${image} has no ${role} script that can be run`, {
    image,
    hint: `looked for ${places.join(", ")}, and the source's .s2i/bin`,
  });
}
