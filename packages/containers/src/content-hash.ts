import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { directoryEntries, readEntries, type TarHeader } from "@slipway/context";

/** What a build is made of, in files and in options. */
export interface BuildParameters {
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target: string | undefined;
  readonly platform: string | undefined;
}

/**
 * A hash of names, modes, links and contents, and of what else the image depends on; not of times and owners, which a
 * checkout changes. The same files in another order are the same.
 */
export async function contentHash(
  source: { readonly directory: string } | { readonly archive: Buffer },
  parameters: BuildParameters,
  signal: AbortSignal | undefined,
): Promise<string> {
  const files: string[] = [];
  const entries =
    "directory" in source
      ? directoryEntries(source.directory, { dockerfile: parameters.dockerfile, signal })
      : readEntries(Readable.from([source.archive]));
  for await (const { header, body } of entries) {
    signal?.throwIfAborted();
    const content = createHash("sha256");
    if (typeof body === "string" || Buffer.isBuffer(body)) content.update(body);
    else if (body) for await (const part of body as AsyncIterable<Uint8Array | string>) content.update(part);
    files.push(JSON.stringify([...described(header), content.digest("hex")]));
  }
  const { dockerfile, buildArgs, target, platform } = parameters;
  const args = Object.entries(buildArgs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const options = JSON.stringify([dockerfile, args, target ?? null, platform ?? null]);
  return createHash("sha256")
    .update([options, ...files.toSorted()].join("\n"))
    .digest("hex");
}

function described({ name, type, mode, linkname }: TarHeader): unknown[] {
  return [name.replace(/^\.\//, ""), type, mode ?? null, linkname ?? null];
}
