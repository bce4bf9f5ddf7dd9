import { isUtf8 } from "node:buffer";
import type { ByteSource } from "./byte-source.ts";
import { ContextError } from "./context-error.ts";
import { blockSize, compressedError, decodeBlock, type HeaderBlock } from "./decode-block.ts";
import { normalizePath } from "./path-rules.ts";
import { PlainBlock, PlainBlocks, plainHeader } from "./plain-block.ts";
import { decodePax, type PaxRecords } from "./pax-records.ts";
import type { EntryType, TarHeader } from "./tar-entry.ts";

const types: Readonly<Record<string, EntryType>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "link",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
};

/** Far above what paths and attributes need, far below what would hurt. */
const metadataAtMost = 1024 * 1024;
const zeros = Buffer.alloc(blockSize);

/** What stands before an entry and says more of it. */
interface Extension {
  pax: PaxRecords;
  name?: string;
  linkname?: string;
  isNoText?: boolean;
}

/** Reads a tar archive (v7, ustar, pax, GNU): headers, and the bodies after them in pieces. */
export class TarReader {
  readonly #source: ByteSource;
  #name = "";
  #left = 0;
  #padding = 0;
  #globals: PaxRecords = {};
  #hasGlobals = false;
  readonly #plainBlocks = new PlainBlocks();
  #block: Buffer = zeros;
  #blockAt = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Where the last entry's own block begins in {@link block}. */
  get blockAt(): number {
    return this.#blockAt;
  }

  /** Holds the last entry's own block. */
  get block(): Buffer {
    return this.#block;
  }

  /**
   * The next entry, or undefined at the end of the archive. What is left of the last one's body is passed over.
   *
   * @throws {ContextError} for an archive that is damaged, cut off or not fit for a build context
   */
  async next(): Promise<TarHeader | undefined> {
    const header = await this.nextRaw();
    return header instanceof PlainBlock ? plainHeader(header.name, header) : header;
  }

  /** What {@link next} gives; a plain file's header as it is. */
  async nextRaw(): Promise<TarHeader | PlainBlock | undefined> {
    await this.finish();
    const extension: Extension = { pax: {} };
    let extended = this.#hasGlobals;
    while (true) {
      const position = this.#source.position;
      const block = this.#source.takeNow(blockSize) ?? (await this.#source.take(blockSize));
      if (block.length < blockSize) {
        throw (position === 0 && compressedError(block)) || this.#truncated(block.length === 0);
      }
      if (block[0] === 0 && block.equals(zeros)) {
        await this.#end(position);
        return undefined;
      }
      const plain = extended ? undefined : this.#plain(block, 0, position);
      if (plain) return plain;
      const header = decodeBlock(block, 0, position);
      if (!(await this.#extend(extension, header, position))) return this.#begin(header, extension, position);
      extended = true;
    }
  }

  /** The next entry if it is there already, without a turn of the event loop; undefined where {@link nextRaw} is needed. */
  nextNow(): TarHeader | PlainBlock | undefined {
    if (!this.finishNow()) return undefined;
    const at = this.#source.findNow(blockSize);
    if (at < 0) return undefined;
    const { chunk, position } = this.#source;
    // The end.
    if (chunk[at] === 0) return undefined;
    const plain = this.#hasGlobals ? undefined : this.#plain(chunk, at, position);
    // Something is said before the entry.
    if (!plain && types[String.fromCharCode(chunk[at + 156] as number)] === undefined) return undefined;
    const header = plain ?? this.#begin(decodeBlock(chunk, at, position), { pax: {} }, position);
    this.#source.passNow(blockSize);
    return header;
  }

  /** Where the entry's whole body begins in its block's buffer, its padding after it, if both follow there; else -1. */
  bodyNow(): number {
    const at = this.#source.findNow(this.#left + this.#padding);
    return this.#source.chunk === this.#block && at === this.#blockAt + blockSize ? at : -1;
  }

  /** The next piece of the entry's body; undefined at its end. */
  async chunk(): Promise<Buffer | undefined> {
    if (this.#left === 0) return undefined;
    const chunk = await this.#source.some(this.#left);
    if (!chunk) throw this.#truncated();
    this.#left -= chunk.length;
    return chunk;
  }

  /** Passes over what is left of the entry, if it is there already; whether it was. */
  finishNow(): boolean {
    const length = this.#left + this.#padding;
    if (length > 0 && !this.#source.passNow(length)) return false;
    this.#left = 0;
    this.#padding = 0;
    return true;
  }

  /** Passes over what is left of the entry. */
  async finish(): Promise<void> {
    if (this.finishNow()) return;
    if (!(await this.#source.skip(this.#left + this.#padding))) throw this.#truncated();
    this.#left = 0;
    this.#padding = 0;
  }

  /** What the archive says of all entries from here on; another object where more was said. */
  get globals(): PaxRecords {
    return this.#globals;
  }

  /** Takes in a header that is about the next one; whether it was such. */
  async #extend(extension: Extension, header: HeaderBlock, position: number): Promise<boolean> {
    const { typeflag, size } = header;
    if (!"xgLK".includes(typeflag)) return false;
    if (size > metadataAtMost) {
      throw new ContextError(
        "CONTEXT_BAD_ARCHIVE",
        `the tar archive is damaged: at byte ${position}, a header of ${size} bytes`,
        {
          hint: "make the archive anew",
        },
      );
    }
    const data = await this.#source.take(size);
    const padding = (blockSize - (size % blockSize)) % blockSize;
    if (data.length < size || !(await this.#source.skip(padding))) throw this.#truncated();
    if (typeflag === "x") extension.pax = decodePax(data, position);
    else if (typeflag === "g") {
      this.#globals = { ...this.#globals, ...decodePax(data, position) };
      this.#hasGlobals = true;
    } else {
      const nul = data.indexOf(0);
      const bytes = data.subarray(0, nul < 0 ? data.length : nul);
      const text = bytes.toString();
      if (!isUtf8(bytes)) extension.isNoText = true;
      if (typeflag === "L") extension.name = text;
      else extension.linkname = text;
    }
    return true;
  }

  #plain(block: Buffer, at: number, position: number): PlainBlock | undefined {
    const plain = this.#plainBlocks.read(block, at, position);
    if (!plain) return undefined;
    this.#block = block;
    this.#blockAt = at;
    this.#name = plain.name;
    this.#left = plain.size;
    this.#padding = (blockSize - (plain.size % blockSize)) % blockSize;
    return plain;
  }

  #begin(block: HeaderBlock, extension: Extension, position: number): TarHeader {
    const { path, linkpath, size, uid, gid, uname, gname, mtime, ...pax } = { ...this.#globals, ...extension.pax };
    const number = (value: string | Buffer | undefined, otherwise: number): number => {
      if (value === undefined || value.length === 0) return otherwise;
      const result = Number(value.toString());
      if (Number.isFinite(result)) return result;
      throw new ContextError(
        "CONTEXT_BAD_ARCHIVE",
        `the tar archive is damaged: at byte ${position}, a pax header cannot be read`,
        {
          hint: "make the archive anew",
        },
      );
    };
    const written = path?.toString() || extension.name || block.name;
    const linkname = linkpath?.toString() || extension.linkname || block.linkname;
    const type = typeOf(block.typeflag, written, pax);
    const isLink = type === "link" || type === "symlink";
    const isText =
      textOr(path, extension.name, block.isNameText) &&
      (!isLink || textOr(linkpath, extension.linkname, block.isLinkText));
    if (!isText || extension.isNoText) throw noText(isLink ? `${written} -> ${linkname}` : written, position);
    const name = normalizePath(written);
    const length = type === "file" ? number(size, block.size) : 0;
    if (!Number.isSafeInteger(length) || length < 0)
      throw new ContextError("CONTEXT_BAD_ARCHIVE", `\`${name}\` cannot have ${length} bytes`);
    this.#name = name;
    this.#left = length;
    this.#padding = (blockSize - (length % blockSize)) % blockSize;
    return {
      name,
      type,
      mode: block.mode & 0o7777,
      uid: number(uid, block.uid),
      gid: number(gid, block.gid),
      ...textual("uname", uname?.toString() || block.uname),
      ...textual("gname", gname?.toString() || block.gname),
      size: length,
      mtime: new Date(Math.round(number(mtime, block.mtime) * 1000)),
      ...(type === "link" ? { linkname: normalizePath(linkname) } : type === "symlink" ? { linkname } : {}),
      ...(type.endsWith("device") ? { devmajor: block.devmajor, devminor: block.devminor } : {}),
      ...(Object.keys(pax).length > 0 ? { pax } : {}),
    };
  }

  /** The end is two blocks of zeros; what follows is padding, read so that the sender can finish. */
  async #end(position: number): Promise<void> {
    const second = await this.#source.take(blockSize);
    this.#source.endRecording();
    if (second.length > 0 && !(second.length === blockSize && second.equals(zeros))) {
      throw new ContextError(
        "CONTEXT_BAD_ARCHIVE",
        `the tar archive is damaged: at byte ${position}, a lone block of zeros`,
        {
          hint: "make the archive anew",
        },
      );
    }
    while (await this.#source.some(Number.MAX_SAFE_INTEGER));
  }

  #truncated(betweenEntries = false): ContextError {
    const at = this.#source.position;
    const message =
      at === 0
        ? "the tar archive is empty: not even its end is there"
        : betweenEntries
          ? `the tar archive ends after ${at} bytes, where another entry or its end should stand`
          : `the tar archive ends after ${at} bytes, in the middle of ${this.#name === "" ? "its first entry" : `\`${this.#name}\``}`;
    return new ContextError("CONTEXT_TRUNCATED_ARCHIVE", message, {
      hint: at === 0 ? "was the stream read before?" : "it was cut off on its way, or whoever made it did not finish",
    });
  }
}

function typeOf(typeflag: string, name: string, pax: PaxRecords): EntryType {
  const type = types[typeflag];
  const sparse = typeflag === "S" || Object.keys(pax).some((key) => key.startsWith("GNU.sparse."));
  if (!type || sparse) {
    const what = sparse ? "a sparse file" : `of the unknown kind ${JSON.stringify(typeflag)}`;
    throw new ContextError("CONTEXT_UNSUPPORTED_ENTRY", `the archive's entry \`${name}\` is ${what}`, {
      hint: sparse ? "make the archive without --sparse" : "leave it out of the archive",
    });
  }
  // As v7 wrote folders.
  return type === "file" && name.endsWith("/") ? "directory" : type;
}

/** Told instead of mended: of two such names one could become the other. */
function noText(name: string, position: number): ContextError {
  return new ContextError(
    "CONTEXT_BAD_PATH",
    `the name ${JSON.stringify(name)}, at byte ${position} of the archive, is not UTF-8`,
    {
      hint: "rename it, or leave it out of the archive",
    },
  );
}

/** Whether a name is UTF-8, wherever it stands. */
function textOr(pax: string | Buffer | undefined, long: string | undefined, isBlockText: boolean): boolean {
  return pax === undefined || pax.length === 0 ? Boolean(long) || isBlockText : !Buffer.isBuffer(pax);
}

function textual(key: "uname" | "gname", value: string): { uname?: string; gname?: string } {
  return value === "" ? {} : { [key]: value };
}
