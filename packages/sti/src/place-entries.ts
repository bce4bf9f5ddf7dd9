import type { EntryToPack, TarHeader } from "@slipway/context";
import type { UserIds } from "./image-files.ts";

/** How entries change on their way into a container or a build context. */
export interface Placement {
  /** The folder that they come to lie in, without a slash at either end. */
  readonly folder: string;
  readonly owner?: UserIds | undefined;
  /** Seconds since the epoch: the time that files are given. */
  readonly time?: number | undefined;
}

/** Entries, put into a folder: the folder itself first. */
export async function* place(
  entries: AsyncIterable<EntryToPack> | Iterable<EntryToPack>,
  { folder, owner, time }: Placement,
): AsyncGenerator<EntryToPack, void, undefined> {
  const owned = { ...owner, ...(time === undefined ? {} : { mtime: new Date(time * 1000) }) };
  yield { header: { name: folder, type: "directory", mode: 0o755, ...owned } };
  for await (const { header, body } of entries) {
    if (header.name === "") continue;
    const moved: TarHeader = {
      ...header,
      name: `${folder}/${header.name}`,
      ...(header.type === "link" ? { linkname: `${folder}/${header.linkname ?? ""}` } : {}),
      ...owned,
      // Names of the machine that the archive comes from would go before the numbers.
      ...(owner ? { uname: "", gname: "" } : {}),
    };
    yield { header: moved, body };
  }
}
