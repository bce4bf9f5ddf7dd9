import { createHash } from "node:crypto";
import { chmod, lstat, lutimes, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { packEntries, readEntries } from "@slipway/context";
import { isSlipwayError } from "@slipway/errors";
import type { Livepush } from "../src/livepush.ts";
import { dockerfileOf, type Edit, type Entry, type Scenario, type Sequence } from "./scenario.ts";
import type { Workbench } from "./workbench.ts";

/** How a scenario went. */
export interface Verdict {
  /** What differs from a fresh build; empty: nothing. */
  readonly mismatches: readonly string[];
  readonly pushes: number;
  /** How many sequences of edits were compared with a fresh build. */
  readonly compared: number;
  /** Sequences that left something that can't be built, so that there was nothing to compare with. */
  readonly unbuildable: number;
  /** How many pushes were refused. */
  readonly refusals: number;
  /** And why. */
  readonly refused: readonly string[];
}

/** Builds a scenario's context, pushes its edits into a container, and compares that with one of a fresh build. */
export async function judge(bench: Workbench, scenario: Scenario): Promise<Verdict> {
  const context = await bench.folder({});
  try {
    return await new Trial(bench, scenario, context).judge();
  } finally {
    await bench.forget(context);
  }
}

/** One scenario in a folder of its own. */
class Trial {
  readonly #bench: Workbench;
  readonly #scenario: Scenario;
  readonly #context: string;
  readonly #clock = { now: Date.now() - 1_000_000 };
  readonly #refused: string[] = [];
  #refusals = 0;
  #pushes = 0;
  #compared = 0;
  #unbuildable = 0;

  constructor(bench: Workbench, scenario: Scenario, context: string) {
    this.#bench = bench;
    this.#scenario = scenario;
    this.#context = context;
  }

  async judge(): Promise<Verdict> {
    const { context, sequences } = this.#scenario;
    await writeFile(path.join(this.#context, "Dockerfile"), dockerfileOf(this.#scenario, "built"));
    for (const edit of context) await carryOut(this.#context, edit, this.#clock);
    let session: Session | undefined;
    for (const sequence of sequences) {
      session ??= await this.#begin();
      const found = await this.#pushAll(session, sequence);
      if (found.mismatches) return this.#verdict(found.mismatches);
      session = found.session;
      const mismatches = session ? await this.#compare(session) : this.#nothingToCompare();
      if (mismatches.length > 0) return this.#verdict(mismatches);
    }
    return this.#verdict([]);
  }

  #verdict(mismatches: readonly string[]): Verdict {
    return {
      mismatches,
      pushes: this.#pushes,
      compared: this.#compared,
      unbuildable: this.#unbuildable,
      refusals: this.#refusals,
      refused: this.#refused,
    };
  }

  async #begin(): Promise<Session | undefined> {
    const image = await this.#build();
    if (image === undefined) return undefined;
    const stageImages: string[] = [];
    for (const { name } of this.#scenario.stages.slice(0, -1)) {
      const built = await this.#build(name);
      if (built === undefined) return undefined;
      stageImages.push(built);
    }
    return this.#bench.start(this.#context, {
      text: dockerfileOf(this.#scenario, "live"),
      image,
      stageImages,
      run: { Cmd: undefined },
      skipContainerRestart: !this.#scenario.restarts,
    });
  }

  /** @returns the session to go on with, which is another one after a rebuild; none if that failed */
  async #pushAll(
    begun: Session | undefined,
    sequence: Sequence,
  ): Promise<{ session?: Session | undefined; mismatches?: readonly string[] }> {
    let session: Session | undefined = begun;
    for (const edits of sequence) {
      const paths: string[] = [];
      for (const edit of edits) paths.push(...(await carryOut(this.#context, edit, this.#clock)));
      if (!session) continue;
      this.#pushes += 1;
      try {
        // What a caller calls a path makes no difference.
        const cut = paths.length >> 1;
        await session.push.performLivepush(paths.slice(0, cut), paths.slice(cut));
      } catch (error) {
        if (!isSlipwayError(error)) throw error;
        if (error.code === "LIVEPUSH_REBUILD_NEEDED") {
          this.#refusals += 1;
          this.#refused.push(...error.problems.map(({ message }) => message));
          session = await this.#begin();
        } else if (!buildWouldFail.has(error.code)) throw error;
        else if ((await this.#build()) !== undefined) return { mismatches: [error.message] };
      }
    }
    return { session };
  }

  async #compare({ containerId }: Session): Promise<readonly string[]> {
    const image = await this.#build();
    if (image === undefined) return this.#nothingToCompare();
    this.#compared += 1;
    return [
      ...differences(await this.#bench.everything(containerId), await this.#bench.everythingOf(image)),
      ...(await processDifferences(this.#bench, containerId, image)),
    ];
  }

  #nothingToCompare(): readonly string[] {
    this.#unbuildable += 1;
    return [];
  }

  async #build(target?: string): Promise<string | undefined> {
    try {
      return await this.#bench.build(this.#context, target === undefined ? {} : { target });
    } catch {
      return undefined; // a source is missing, or a folder is where a file should go
    }
  }
}

interface Session {
  readonly push: Livepush;
  readonly containerId: string;
}

/** What a push may say where a build would fail as well. */
const buildWouldFail: ReadonlySet<string> = new Set([
  "LIVEPUSH_COMMAND_FAILED",
  "LIVEPUSH_SOURCE_MISSING",
  "LIVEPUSH_UPDATE_FAILED",
]);

/** @returns the paths that changed, as a watcher would name them */
async function carryOut(context: string, edit: Edit, clock: { now: number }): Promise<string[]> {
  const full = path.join(context, edit.path);
  switch (edit.do) {
    case "remove":
      if (await lstat(full).catch(() => undefined)) await rm(full, { recursive: true });
      return [edit.path];
    case "chmod": {
      const stats = await lstat(full).catch(() => undefined);
      if (stats && !stats.isSymbolicLink()) await chmod(full, stats.isDirectory() ? edit.mode | 0o700 : edit.mode);
      return [edit.path];
    }
    case "move": {
      const to = path.join(context, edit.to);
      if (edit.path === edit.to || !(await lstat(full).catch(() => undefined))) return [];
      if (edit.to.startsWith(`${edit.path}/`) || edit.path.startsWith(`${edit.to}/`)) return [];
      if (!(await clear(context, edit.to))) return [];
      await rename(full, to);
      return [edit.path, edit.to];
    }
    case "put":
      if (!(await clear(context, edit.path))) return [];
      await put(full, edit.entry);
      // Builders know a file by its size and time; a second write within the clock's tick must not look like the first.
      clock.now += 1;
      await lutimes(full, clock.now / 1000, clock.now / 1000);
      return [edit.path];
    default:
      return edit satisfies never;
  }
}

/** Makes room at a path. A file where a folder is needed gives way; a link does not. */
async function clear(context: string, name: string): Promise<boolean> {
  const parts = name.split("/");
  for (let i = 1; i < parts.length; i++) {
    const folder = path.join(context, ...parts.slice(0, i));
    const stats = await lstat(folder).catch(() => undefined);
    if (stats?.isSymbolicLink()) return false;
    if (stats && !stats.isDirectory()) await rm(folder);
    await mkdir(folder, { recursive: true });
  }
  await rm(path.join(context, name), { recursive: true, force: true });
  return true;
}

async function put(file: string, entry: Entry): Promise<void> {
  if (entry.kind === "link") return symlink(entry.to, file);
  if (entry.kind === "folder") {
    await mkdir(file);
    return chmod(file, entry.mode);
  }
  if (entry.kind === "file") {
    await writeFile(file, entry.content);
    return chmod(file, entry.mode);
  }
  const chunks: Buffer[] = [];
  const entries = Object.entries(entry.files).map(([name, content]) => ({
    header: { name, type: "file" as const, mode: 0o640, uid: 3, gid: 4, size: Buffer.byteLength(content) },
    body: Buffer.from(content),
  }));
  for await (const chunk of packEntries(entries)) chunks.push(chunk as Buffer);
  const archive = Buffer.concat(chunks);
  await writeFile(file, entry.gzip ? gzipSync(archive) : archive);
}

function differences(pushed: ReadonlyMap<string, string>, fresh: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const name of new Set([...pushed.keys(), ...fresh.keys()])) {
    const [is, should] = [pushed.get(name), fresh.get(name)];
    if (is !== should) found.push(`${name}: is ${is ?? "missing"}, should be ${should ?? "missing"}`);
  }
  return found;
}

async function processDifferences(bench: Workbench, containerId: string, image: string): Promise<string[]> {
  const { Config } = await bench.engine.docker.getImage(image).inspect();
  const said = await bench.say(
    containerId,
    "sh",
    "-c",
    "tr '\\0' '\\n' </proc/1/cmdline; echo --; tr '\\0' '\\n' </proc/1/environ; echo --; readlink /proc/1/cwd",
  );
  const [command = "", environment = "", folder = ""] = said.split("--\n").map((part) => part.trim());
  const env = environment.split("\n").filter((pair) => !/^(?:HOSTNAME|HOME)=/.test(pair));
  const is = { command: command.split("\n"), env: env.toSorted(), folder };
  const should = { command: Config.Cmd, env: (Config.Env ?? []).toSorted(), folder: Config.WorkingDir || "/" };
  const [a, b] = [JSON.stringify(is), JSON.stringify(should)];
  return a === b ? [] : [`process: is ${a}, should be ${b}`];
}

/** Every file of an exported file system, with all that makes it what it is but its time. */
export async function describeAll(archive: Parameters<typeof readEntries>[0]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { header, body } of readEntries(archive)) {
    const { type, mode = 0, uid, gid, linkname = "" } = header;
    const name = header.name.replace(/\/$/, "");
    const hash = createHash("sha1");
    let start = "";
    for await (const chunk of body) {
      hash.update(chunk as Buffer);
      if (start === "") start = (chunk as Buffer).subarray(0, 30).toString();
    }
    // Made by the engine for each container.
    if (/^(?:\.dockerenv|(?:dev|proc|sys)\/.*|etc\/(?:hostname|hosts|resolv\.conf|mtab))$/.test(name)) continue;
    const attributes = type === "symlink" ? `-> ${linkname}` : mode.toString(8);
    const content =
      type === "link"
        ? (found.get(linkname) ?? "")
        : type === "file"
          ? `${hash.digest("hex")} ${JSON.stringify(start)}`
          : "";
    found.set(name, type === "link" ? content : `${type} ${attributes} ${uid}:${gid} ${content}`.trim());
  }
  return found;
}
