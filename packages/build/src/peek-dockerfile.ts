import { Readable } from "node:stream";
import { DockerfileSearch } from "./dockerfile-search.ts";

/** A context, and the text of its Dockerfile where that was found near its beginning. */
export interface PeekedContext {
  readonly context: Readable;
  readonly text: string | undefined;
}

/**
 * Looks for the Dockerfile near the beginning of a tar stream. The stream that is given back has all its bytes, and is
 * to be used in its stead; it ends, fails and is destroyed together with the other.
 *
 * @throws the signal's reason
 */
export async function peekDockerfile(
  source: Readable,
  dockerfile: string,
  signal?: AbortSignal,
): Promise<PeekedContext> {
  // Told by who sends it.
  if (source.destroyed || source.readableEnded) return { context: source, text: undefined };
  const search = new DockerfileSearch(dockerfile);
  const chunks = source.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer | string>;
  const seen: Buffer[] = [];
  // Asked for, and not there yet: what follows may be slow to come, and is not waited for once the Dockerfile was seen.
  let pending = chunks.next();
  // Destroyed or not, a stream that stands still may never say so.
  let stop = (): void => undefined;
  const stopped = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)));
  signal?.addEventListener("abort", stop, { once: true });
  try {
    while (!search.over) {
      const next = await Promise.race([pending, search.text.then(() => undefined), stopped]);
      if (!next || next.done) break;
      const chunk = Buffer.from(next.value as Buffer);
      seen.push(chunk);
      search.push(chunk);
      pending = chunks.next();
      // Thrown when its turn comes.
      pending.catch(() => undefined);
    }
  } catch {
    // The rest of the stream begins with it.
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  if (signal?.aborted) {
    pending.catch(() => undefined);
    source.destroy();
    throw signal.reason;
  }
  search.end();
  return { context: rejoined(source, seen, pending, chunks), text: await search.text };
}

function rejoined(
  source: Readable,
  seen: Buffer[],
  pending: Promise<IteratorResult<Buffer | string>>,
  rest: AsyncIterator<Buffer | string>,
): Readable {
  const whole = Readable.from(
    (async function* () {
      for (let chunk = seen.shift(); chunk; chunk = seen.shift()) yield chunk;
      for (let next = await pending; !next.done; next = await rest.next()) yield next.value;
    })(),
    { objectMode: false },
  );
  // At once, and not when its turn to be read comes.
  source.once("error", (error) => whole.destroy(error));
  whole.once("close", () => source.destroy());
  return whole;
}
