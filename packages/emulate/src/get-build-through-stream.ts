import { Transform, type TransformCallback } from "node:stream";
import { restoreRecord } from "./restore-record.ts";
import { RunRestorer } from "./restore-run.ts";
import { readTransposeOptions, type TransposeOptions } from "./transpose-options.ts";

/**
 * A stream that takes out of a build's output what the transposition added. Bytes and texts may be the engine's JSON
 * records, or lines of text, in pieces of any size; objects are records or `BuildEvent`s. What needs no change comes out as
 * it is, lines of text before they have ended; the COPY of the emulator stays.
 *
 * @throws {EmulateError} EMULATE_BAD_OPTION
 */
export function getBuildThroughStream(options: TransposeOptions): Transform {
  const { containerQemu } = readTransposeOptions(options);
  return new BuildThrough(new RunRestorer(containerQemu));
}

/** The engine's lines are shorter; a longer one is let go as it is. */
const longestLine = 64 * 1024 * 1024;
const lineFeed = 0x0a;
const brace = 0x7b;
/** As much of a line's start as tells whose it is. */
const headLength = 64;

class BuildThrough extends Transform {
  readonly #restorer: RunRestorer;
  readonly #markers: readonly Buffer[];
  #isBuildkit = false;
  /** The end of what came, not given on yet. */
  #held: Buffer[] = [];
  #heldSize = 0;
  /** The start of the line that part of was given on already. */
  #head: Buffer = Buffer.alloc(0);

  constructor(restorer: RunRestorer) {
    super({ writableObjectMode: true, readableObjectMode: true });
    this.#restorer = restorer;
    this.#markers = restorer.markers.map((marker) => Buffer.from(marker));
  }

  override _transform(chunk: unknown, _: BufferEncoding, callback: TransformCallback): void {
    if (typeof chunk === "string") this.#bytes(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) this.#bytes(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    else this.#object(chunk);
    callback();
  }

  override _flush(callback: TransformCallback): void {
    this.#lines(true);
    callback();
  }

  #object(record: unknown): void {
    const { type, builder, id } = record as { type?: unknown; builder?: unknown; id?: unknown };
    if (type === "builder") this.#isBuildkit = builder === "buildkit";
    if (id === "moby.buildkit.trace") this.#isBuildkit = true;
    this.push(restoreRecord(record, this.#restorer, this.#isBuildkit ? "buildkit" : "written"));
  }

  #bytes(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldSize += chunk.length;
    const isLong = this.#heldSize > longestLine;
    if (isLong || chunk.includes(lineFeed) || !this.#isRecord()) this.#lines(isLong);
  }

  /** Whether the line that is held back is one of JSON. */
  #isRecord(): boolean {
    return this.#head.length === 0 && this.#held[0]?.[0] === brace;
  }

  #lines(isOver: boolean): void {
    const bytes = Buffer.concat(this.#held, this.#heldSize);
    this.#hold(Buffer.alloc(0));
    const out: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      out.push(this.#restored(bytes.subarray(start, end + 1)));
      this.#head = Buffer.alloc(0);
      start = end + 1;
    }
    const rest = bytes.subarray(start);
    if (isOver) out.push(this.#restored(rest));
    else {
      const safe = this.#head.length === 0 && rest[0] === brace ? 0 : this.#firstMarker(rest);
      out.push(rest.subarray(0, safe));
      if (this.#head.length < headLength)
        this.#head = Buffer.concat([this.#head, rest.subarray(0, safe)]).subarray(0, headLength);
      this.#hold(Buffer.from(rest.subarray(safe)));
    }
    const all = Buffer.concat(out);
    if (all.length > 0) this.push(all);
  }

  #hold(rest: Buffer): void {
    this.#held = rest.length === 0 ? [] : [rest];
    this.#heldSize = rest.length;
  }

  /** Where a marker begins, or may begin, in what there is of a line. */
  #firstMarker(rest: Buffer): number {
    let first = rest.length;
    for (const marker of this.#markers) {
      const found = rest.indexOf(marker);
      if (found >= 0) first = Math.min(first, found);
      for (let length = Math.min(marker.length - 1, rest.length); length > 0; length--) {
        if (!rest.subarray(rest.length - length).equals(marker.subarray(0, length))) continue;
        first = Math.min(first, rest.length - length);
        break;
      }
    }
    return first;
  }

  /** A line, or its rest. */
  #restored(line: Buffer): Buffer {
    const isRecord = this.#head.length === 0 && line[0] === brace;
    if (!line.includes("-execve") && !(isRecord && line.includes("moby.buildkit.trace"))) return line;
    const text = line.toString("utf8");
    const end = /\r?\n$/.exec(text)?.[0] ?? "";
    const body = text.slice(0, text.length - end.length);
    const record = isRecord ? parsed(body) : undefined;
    if (record !== undefined) {
      const restored = restoreRecord(record, this.#restorer, "written");
      return restored === record ? line : Buffer.from(JSON.stringify(restored) + end);
    }
    // BuildKit's steps have their number in brackets, the classic builder's a colon behind it.
    const isBuildkit = /\[(?:[^\]\s]+ )*\d+\/\d+\] /.test(this.#head.toString() + body.slice(0, headLength));
    const restored = this.#restorer.restore(body, isBuildkit ? "buildkit" : "written");
    return restored === body ? line : Buffer.from(restored + end);
  }
}

function parsed(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
