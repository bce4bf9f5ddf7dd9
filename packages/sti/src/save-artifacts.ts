import { Readable } from "node:stream";
import { type EntryToPack, packEntries, readEntries } from "@slipway/context";
import { getArchive, type ImageInspect } from "@slipway/transport";
import type { BuildContext } from "./build-context.ts";
import { checkArtifacts } from "./check-artifacts.ts";
import { ScriptContainer } from "./container.ts";
import type { UserIds } from "./image-files.ts";
import { place } from "./place-entries.ts";
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
  /** The source's own scripts, by name. */
  readonly uploads: ReadonlyMap<string, Buffer>;
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
  const { engine, request, runId, emit } = context;
  const { image, reference, script, destination } = previous;
  const folder = `${destination}/artifacts`;
  emit({ type: "stage", stage: "save-artifacts", message: `running ${script} of ${reference}` });
  const limit = new TimeLimit(request.signal, request.scriptTimeoutMs);
  const spec = {
    role: "save-artifacts",
    image,
    command: script,
    labels: request.labels,
    // Not the image's own folder, which may hold what an earlier build was given.
    volumes: [folder],
    platform: request.platform,
    signal: request.signal,
  };
  let container: ScriptContainer | undefined;
  let cleanedUp = (): void => undefined;
  // A reader that gives up does not wait for what has to be cleaned up.
  context.cleanups.push(new Promise((resolve) => (cleanedUp = resolve)));
  try {
    container = await ScriptContainer.create(engine, spec, runId);
    await container.put(packEntries(folders(previous)));
    const rules = { image: reference, folder, allowOutsideLinks: request.allowOutsideLinks ?? false };
    const from = previous.layout === "s2i" ? fromOutput : fromFolder;
    yield* checkArtifacts(from(context, previous, container, limit), rules);
  } catch (error) {
    throw limit.explain(error, script, reference);
  } finally {
    limit.end();
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
  { engine, request, emit }: BuildContext,
  previous: PreviousImage,
  container: ScriptContainer,
  limit: TimeLimit,
): AsyncGenerator<EntryToPack, void, undefined> {
  const log = new ScriptLog(emit, "save-artifacts", request.writer);
  for await (const { stream, data } of container.start(limit.signal)) log.bytes(stream, data);
  throwIfFailed(await container.exitCode(limit.signal), previous, log.end());
  limit.end();
  const { signal } = request;
  const folder = `${previous.destination}/artifacts`;
  for await (const { header, body } of readEntries(await getArchive(engine, container.id, folder, { signal }), {
    signal,
  })) {
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

/** The script writes a tar archive, which is read while it is written. */
async function* fromOutput(
  { request, emit }: BuildContext,
  previous: PreviousImage,
  container: ScriptContainer,
  limit: TimeLimit,
): AsyncGenerator<EntryToPack, void, undefined> {
  const log = new ScriptLog(emit, "save-artifacts", request.writer);
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
