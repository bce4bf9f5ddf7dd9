import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type EntryToPack, normalizePath } from "@slipway/context";
import { type Entry, open, type ZipFile } from "yauzl";
import { StiError } from "../sti-error.ts";

const kindOf: Readonly<Record<number, "file" | "directory" | "symlink">> = {
  0: "file",
  0o100000: "file",
  0o040000: "directory",
  0o120000: "symlink",
};

/**
 * The entries of a zip archive on the disk, a file's content as it is read.
 * @throws StiError STI_BAD_SOURCE for what is damaged, encrypted, or leads out of the archive
 */
export async function* zipEntries(
  file: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<EntryToPack, void, undefined> {
  const zip = await openZip(file);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const entry = await nextEntry(zip);
      if (!entry) return;
      yield await toEntry(zip, entry);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw badZip(cause);
  } finally {
    zip.close();
  }
}

function openZip(file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) =>
    open(file, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? reject(badZip(error)) : resolve(zip))),
  );
}

function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      for (const name of ["entry", "end", "error"]) zip.removeAllListeners(name);
      // A later error has nobody to tell: the archive is closed by then.
      zip.on("error", () => undefined);
      settle();
    };
    zip.on("entry", (entry: Entry) => end(() => resolve(entry)));
    zip.on("end", () => end(() => resolve(undefined)));
    zip.on("error", (error: Error) => end(() => reject(error)));
    zip.readEntry();
  });
}

async function toEntry(zip: ZipFile, entry: Entry): Promise<EntryToPack> {
  if (entry.isEncrypted())
    throw new StiError("STI_BAD_SOURCE", `the archive's ${entry.fileName} is encrypted`, {
      hint: "give an archive without a password",
    });
  // The upper half is the mode where a Unix made the archive.
  const unix = entry.versionMadeBy >> 8 === 3 ? entry.externalFileAttributes >>> 16 : 0;
  const kind = entry.fileName.endsWith("/") ? "directory" : kindOf[unix & 0o170000];
  if (!kind)
    throw new StiError("STI_BAD_SOURCE", `the archive's ${entry.fileName} is neither file, folder nor link`, {
      hint: "leave it out",
    });
  const header = {
    name: normalizePath(entry.fileName),
    mode: unix & 0o7777 || (kind === "directory" ? 0o755 : 0o644),
    mtime: entry.getLastModDate({ timezone: "UTC" }),
  };
  if (kind === "directory") return { header: { ...header, type: "directory" } };
  const body = await content(zip, entry);
  if (kind === "symlink") return { header: { ...header, type: "symlink", linkname: await text(body) } };
  return { header: { ...header, type: "file", size: entry.uncompressedSize }, body };
}

function content(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
  );
}

function badZip(cause: unknown): unknown {
  if (cause instanceof StiError || (cause as { code?: string }).code?.startsWith("CONTEXT_")) return cause;
  return new StiError("STI_BAD_SOURCE", `the zip archive cannot be read: ${(cause as Error).message}`, {
    cause,
    hint: "is it whole? try `unzip -t`",
  });
}
