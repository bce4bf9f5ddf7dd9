import { createHash } from "node:crypto";
import { readEntries, packEntries } from "@slipway/context";
import type { DeleteItem } from "./push-plan.ts";
import { tarOf } from "./tar-of.ts";
import type { CommandToRun, FileBatch, Identity, Updater } from "./updater.ts";

/** A file of a {@link FakeUpdater}. */
export interface FakeFile {
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content?: string | undefined;
  readonly linkname?: string | undefined;
}

/** Stands in for a container in tests: keeps files in memory, and runs commands by a function. */
export class FakeUpdater implements Updater {
  readonly hasShell: boolean = true;
  readonly live: boolean = true;
  readonly files: Map<string, FakeFile> = new Map();
  /** The commands that ran, in order. */
  readonly commands: CommandToRun[] = [];
  /** Answers what changedSince asks. */
  readonly changed: Set<string> = new Set();
  readonly #aside = new Map<string, FakeFile>();
  readonly #asidePaths: string[] = [];
  readonly #onRun: (command: CommandToRun) => Promise<number>;

  /** @param onRun a command's outcome; 0 without */
  constructor(onRun: (command: CommandToRun) => Promise<number> = () => Promise.resolve(0)) {
    this.#onRun = onRun;
  }

  remove(items: readonly DeleteItem[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (const { path, kind } of items) {
      const holdsMore = [...this.files.keys()].some((file) => file.startsWith(`${path}/`));
      if (kind === "folder" && holdsMore) continue;
      this.files.delete(path);
      if (kind === "tree")
        for (const file of this.files.keys()) if (file.startsWith(`${path}/`)) this.files.delete(file);
    }
    return Promise.resolve();
  }

  async put(batch: FileBatch, signal: AbortSignal): Promise<void> {
    for (const { name, type, keepExisting, mode = 0o755, uid = 0, gid = 0 } of batch.files) {
      if (keepExisting && !this.files.has(name)) this.files.set(name, { type, mode, uid, gid });
    }
    for await (const { header, body } of readEntries(packEntries(tarOf(batch)), { signal })) {
      const chunks: Buffer[] = [];
      for await (const chunk of body) chunks.push(chunk as Buffer);
      const { name, type, mode = 0, uid = 0, gid = 0, linkname } = header;
      const content = type === "file" ? Buffer.concat(chunks).toString() : undefined;
      this.files.set(`/${name}`, { type, mode, uid, gid, content, linkname });
    }
  }

  setAside(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      for (const [name, file] of this.files) {
        if (name !== path && !name.startsWith(`${path}/`)) continue;
        this.#aside.set(name, file);
        this.files.delete(name);
      }
      this.#asidePaths.push(path);
    }
    return Promise.resolve();
  }

  putBack(): Promise<void> {
    for (const name of this.files.keys()) {
      if (this.#asidePaths.some((path) => name === path || name.startsWith(`${path}/`))) this.files.delete(name);
    }
    for (const [name, file] of this.#aside) this.files.set(name, file);
    this.#aside.clear();
    this.#asidePaths.length = 0;
    return Promise.resolve();
  }

  run(command: CommandToRun): Promise<number> {
    this.commands.push(command);
    return this.#onRun(command);
  }

  mark(): Promise<number> {
    return Promise.resolve(0);
  }

  changedSince(_mark: number, paths: readonly string[]): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(paths.filter((path) => this.changed.has(path))));
  }

  identify(paths: readonly string[]): Promise<ReadonlyMap<string, Identity>> {
    const found = new Map<string, Identity>();
    for (const path of paths) {
      const file = this.files.get(path);
      if (file?.type === "directory") found.set(path, { type: "directory" });
      else if (file?.type === "symlink") found.set(path, { type: "symlink", identity: file.linkname });
      else if (file) {
        const identity = createHash("sha256")
          .update(file.content ?? "")
          .digest("hex");
        found.set(path, { type: "file", identity });
      }
    }
    return Promise.resolve(found);
  }

  warm(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
