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
 */
export async function peekDockerfile(source: Readable, dockerfile: string): Promise<PeekedContext> {
  // Told by who sends it.
  if (source.destroyed || source.readableEnded) return { context: source, text: undefined };
  const search = new DockerfileSearch(dockerfile);
  const chunks = source.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer | string>;
  const seen: Buffer[] = [];
  let failure: { error: unknown } | undefined;
  try {
    while (!search.over) {
      const { done, value } = await chunks.next();
      if (done) break;
      const chunk = Buffer.from(value as Buffer);
      seen.push(chunk);
      search.push(chunk);
    }
  } catch (error) {
    failure = { error };
  }
  search.end();
  return { context: rejoined(source, seen, failure, chunks), text: await search.text };
}

function rejoined(
  source: Readable,
  seen: Buffer[],
  failure: { error: unknown } | undefined,
  rest: AsyncIterator<Buffer | string>,
): Readable {
  const whole = Readable.from(
    (async function* () {
      for (let chunk = seen.shift(); chunk; chunk = seen.shift()) yield chunk;
      if (failure) throw failure.error;
      for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
    })(),
    { objectMode: false },
  );
  // At once, and not when its turn to be read comes.
  source.once("error", (error) => whole.destroy(error));
  whole.once("close", () => source.destroy());
  return whole;
}
