import { Readable } from "node:stream";
import { type EntryToPack, packEntries, readEntries } from "@slipway/context";
import { getArchive, type ImageInspect } from "@slipway/transport";
import type { BuildContext } from "./build-context.ts";
import { badArtifacts, checkArtifacts } from "./check-artifacts.ts";
import { type ContainerSpec, ScriptContainer } from "./container.ts";
import type { UserIds } from "./image-files.ts";
import { place } from "./place-entries.ts";
import { statEntry } from "./path-stat.ts";
import { ScriptLog } from "./script-log.ts";
import type { Layout } from "./scripts.ts";
import { StiError } from "./sti-error.ts";
import { TimeLimit } from "./time-limit.ts";

/** An image whose artifacts the next build is given. */
export interface PreviousImage {
  readonly image: ImageInspect;
  readonly reference: string;
  /** The path of its save-artifacts script. */
  readonly script: string;
  readonly layout: Layout;
  readonly destination: string;
  readonly ids: UserIds;
  /** Whether its own artifacts folder is empty, or not there. */
  readonly emptyFolder: boolean;
  /** The source's own scripts, by name. */
  readonly uploads: ReadonlyMap<string, Buffer>;
}

/** A container of an image, ready to run its save-artifacts script. */
export async function openSaver(
  { engine, request, runId }: BuildContext,
  previous: PreviousImage,
  storage: Pick<ContainerSpec, "volumes" | "shared">,
): Promise<ScriptContainer> {
  const { image, script } = previous;
  const { labels, platform, signal } = request;
  const spec = { role: "save-artifacts", image, command: script, labels, platform, signal, ...storage };
  const container = await ScriptContainer.create(engine, spec, runId);
  try {
    await container.put(packEntries(folders(previous)));
    return container;
  } catch (error) {
    await container.remove();
    throw error;
  }
}

/** Runs a save-artifacts script that fills a folder. */
export async function runSaver(
  context: BuildContext,
  previous: PreviousImage,
  container: ScriptContainer,
): Promise<void> {
  const { request, emit } = context;
  say(context, previous);
  const limit = new TimeLimit(request.signal, request.scriptTimeoutMs);
  const log = new ScriptLog(emit, "save-artifacts", request.writer);
  limit.begin();
  try {
    for await (const { stream, data } of container.start(limit.signal)) log.bytes(stream, data);
    throwIfFailed(await container.exitCode(limit.signal), previous, log.end());
  } catch (error) {
    throw limit.explain(error, previous.script, previous.reference);
  } finally {
    limit.end();
  }
}

function say({ emit }: BuildContext, { script, reference }: PreviousImage): void {
  emit({ type: "stage", stage: "save-artifacts", message: `running ${script} of ${reference}` });
}

/**
 * What is in a container's artifacts folder.
 * @throws StiError STI_BAD_ARTIFACTS if it is none any more
 */
export async function* inFolder(
  { engine, request: { signal } }: BuildContext,
  { destination, reference }: PreviousImage,
  container: ScriptContainer,
): AsyncGenerator<EntryToPack, void, undefined> {
  const folder = `${destination}/artifacts`;
  const found = await statEntry(engine, container.id, folder);
  if (found?.kind !== "directory") {
    const what = found ? `a ${found.kind}` : "gone";
    throw badArtifacts(`after the script, ${folder} is ${what}`, { image: reference });
  }
  const archive = await getArchive(engine, container.id, folder, { signal });
  for await (const { header, body } of readEntries(archive, { signal })) {
    const name = withoutFirst(header.name);
    const linkname = header.type === "link" ? withoutFirst(header.linkname ?? "") : header.linkname;
    if (name !== "") yield { header: { ...header, name, ...(linkname === undefined ? {} : { linkname }) }, body };
  }
}

/** The engine's archive of a folder begins with that folder's name. */
function withoutFirst(path: string): string {
  const slash = path.indexOf("/");
  return slash < 0 ? "" : path.slice(slash + 1);
}

/**
 * Runs an image's save-artifacts script and gives what it saved, while it is saved: nothing is kept on the way. The
 * container is gone at the end, and when the reading is broken off.
 * @throws StiError STI_SAVE_ARTIFACTS_FAILED, STI_BAD_ARTIFACTS, STI_TIMED_OUT
 */
export async function* savedArtifacts(
  context: BuildContext,
  previous: PreviousImage,
): AsyncGenerator<EntryToPack, void, undefined> {
  const folder = `${previous.destination}/artifacts`;
  let container: ScriptContainer | undefined;
  let cleanedUp = (): void => undefined;
  // A reader that gives up does not wait for what has to be cleaned up.
  context.cleanups.push(new Promise((resolve) => (cleanedUp = resolve)));
  try {
    // A volume, and not the image's own folder, which may hold what an earlier build was given.
    container = await openSaver(context, previous, { volumes: [folder] });
    const rules = { image: previous.reference, folder, allowOutsideLinks: context.request.allowOutsideLinks ?? false };
    const from = previous.layout === "s2i" ? fromOutput : fromFolder;
    yield* checkArtifacts(from(context, previous, container), rules);
  } finally {
    await container?.remove().finally(cleanedUp);
    cleanedUp();
  }
}

async function* folders({ destination, ids, uploads }: PreviousImage): AsyncGenerator<EntryToPack, void, undefined> {
  const root = destination.slice(1);
  yield* place([], { folder: `${root}/artifacts`, owner: ids });
  if (uploads.size > 0) yield* place(scriptEntries(uploads), { folder: `${root}/scripts`, owner: ids });
}

/** The source's own scripts, as files that can be run. */
export function* scriptEntries(uploads: ReadonlyMap<string, Buffer>): Generator<EntryToPack, void, undefined> {
  for (const [name, body] of uploads) yield { header: { name, type: "file", mode: 0o755 }, body };
}

/** The script fills a folder, which is read once it has ended. */
async function* fromFolder(
  context: BuildContext,
  previous: PreviousImage,
  container: ScriptContainer,
): AsyncGenerator<EntryToPack, void, undefined> {
  await runSaver(context, previous, container);
  yield* inFolder(context, previous, container);
}

/** The script writes a tar archive, which is read while it is written. */
async function* fromOutput(
  context: BuildContext,
  previous: PreviousImage,
  container: ScriptContainer,
): AsyncGenerator<EntryToPack, void, undefined> {
  const { request, emit } = context;
  say(context, previous);
  const log = new ScriptLog(emit, "save-artifacts", request.writer);
  const limit = new TimeLimit(request.signal, request.scriptTimeoutMs);
  limit.begin();
  let size = 0;
  async function* stdout(): AsyncGenerator<Buffer, void, undefined> {
    for await (const { stream, data } of container.start(limit.signal)) {
      if (stream === "stderr") log.bytes(stream, data);
      else {
        size += data.length;
        yield data;
      }
    }
  }
  let failure: unknown;
  try {
    try {
      for await (const entry of readEntries(Readable.from(stdout(), { objectMode: false }), { signal: limit.signal })) {
        if (entry.header.name !== "") yield entry;
      }
    } catch (error) {
      failure = error;
    }
    limit.signal?.throwIfAborted();
    // A script that failed has no whole archive either: that it failed is what is worth saying.
    throwIfFailed(await container.exitCode(limit.signal), previous, log.end());
    if (failure !== undefined && size > 0) throw failure;
  } catch (error) {
    throw limit.explain(error, previous.script, previous.reference);
  } finally {
    limit.end();
  }
}

function throwIfFailed(exitCode: number, { script, reference }: PreviousImage, output: string[]): void {
  if (exitCode === 0) return;
  throw new StiError("STI_SAVE_ARTIFACTS_FAILED", `${script} of ${reference} ended with exit code ${exitCode}`, {
    image: reference,
    exitCode,
    output,
    hint: "mend the script, or build clean",
  });
}
