import { randomUUID } from "node:crypto";
import { chmod, lutimes, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { packDirectory, readEntries } from "@slipway/context";
import { isSlipwayError } from "@slipway/errors";
import { connect, type Engine, execute, getArchive, openBuildStream, readRecords } from "@slipway/transport";
import { Livepush } from "../src/livepush.ts";
import type { LivepushOptions } from "../src/livepush-options.ts";
import { describeAll } from "./judge.ts";

/** Text of a file; null: a folder; undefined: nothing there any more. */
export type FileSpec = string | { content: string; mode: number } | { link: string } | null | undefined;

/** Files by path. */
export type Files = Record<string, FileSpec>;

/** What was made of one context. */
interface Made {
  readonly images: Set<string>;
  readonly containers: Set<string>;
  readonly sessions: Set<Livepush>;
}

/** Makes contexts, images and containers for tests, and removes them all. */
export class Workbench {
  readonly engine: Engine;
  readonly label: Record<string, string> = { "dev.slipway.test": randomUUID() };
  readonly #folders: string[] = [];
  readonly #images = new Set<string>();
  readonly #containers = new Set<string>();
  readonly #sessions = new Set<Livepush>();
  readonly #made = new Map<string, Made>();

  private constructor(engine: Engine) {
    this.engine = engine;
  }

  /** @param host the machine's own engine without */
  static async open(host?: string): Promise<Workbench> {
    return new Workbench(await connect(host === undefined ? {} : { host }));
  }

  async folder(files: Files): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-livepush-"));
    this.#folders.push(folder);
    await writeFiles(folder, files);
    return folder;
  }

  /** @returns the image's id */
  async build(context: string, options: { target?: string; classic?: boolean } = {}): Promise<string> {
    const stream = await openBuildStream(this.engine, {
      tar: packDirectory(context),
      query: {
        version: options.classic ? "1" : "2",
        target: options.target,
        labels: this.label,
        rm: true,
        forcerm: true,
        // Setting up a network for each command is half of what it costs.
        networkmode: "none",
      },
    });
    let image = "";
    for await (const record of readRecords(stream)) {
      if (typeof record["error"] === "string") throw new Error(record["error"]);
      const { ID } = (record["aux"] ?? {}) as { ID?: string };
      if (ID) image = ID;
    }
    this.#images.add(image);
    this.#madeOf(context).images.add(image);
    return image;
  }

  async run(image: string, extra: Record<string, unknown> = {}): Promise<string> {
    const container = await this.engine.docker.createContainer({
      Image: image,
      Labels: this.label,
      ...extra,
      HostConfig: { NetworkMode: "none", ...(extra["HostConfig"] as object | undefined) },
    });
    this.#containers.add(container.id);
    await container.start();
    return container.id;
  }

  /** Builds a context and its stages, runs it, and begins a session. */
  async start(
    context: string,
    options: Partial<LivepushOptions> & { text: string; image?: string; stages?: string[]; run?: object },
  ): Promise<{ push: Livepush; containerId: string }> {
    const { text, stages = [], run = {}, image: built, ...rest } = options;
    const image = built ?? (await this.build(context));
    const stageImages = await Promise.all(stages.map((target) => this.build(context, { target })));
    const containerId = await this.run(image, { Cmd: ["sleep", "3600"], StopSignal: "KILL", ...run });
    const push = await Livepush.init({
      dockerfileContent: text,
      context,
      containerId,
      stageImages,
      docker: this.engine,
      labels: this.label,
      skipContainerRestart: true,
      ...rest,
    });
    this.#sessions.add(push);
    this.#madeOf(context).containers.add(containerId);
    this.#madeOf(context).sessions.add(push);
    return { push, containerId };
  }

  track(push: Livepush): Livepush {
    this.#sessions.add(push);
    return push;
  }

  /** A tree below a path of a container, as a map from path to all that makes a file what it is but its time. */
  async tree(containerId: string, root: string): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    try {
      for await (const { header, body } of readEntries(await getArchive(this.engine, containerId, root))) {
        const chunks: Buffer[] = [];
        for await (const chunk of body) chunks.push(chunk as Buffer);
        const { name, type, mode = 0, uid, gid, linkname = "" } = header;
        const attributes = type === "symlink" ? `-> ${linkname}` : mode.toString(8);
        found[name] = `${type} ${attributes} ${uid}:${gid} ${Buffer.concat(chunks).toString()}`.trim();
      }
    } catch (error) {
      if (!isSlipwayError(error, "TRANSPORT_NOT_FOUND")) throw error;
    }
    return found;
  }

  /** The same trees in a container of a fresh build of the context. */
  async freshTrees(context: string, roots: readonly string[]): Promise<Record<string, string>[]> {
    const image = await this.build(context);
    const container = await this.engine.docker.createContainer({
      Image: image,
      Cmd: ["true"],
      Labels: this.label,
    });
    this.#containers.add(container.id);
    return Promise.all(roots.map((root) => this.tree(container.id, root)));
  }

  /** All of a container's file system. */
  async everything(containerId: string): Promise<Map<string, string>> {
    return describeAll((await this.engine.docker.getContainer(containerId).export()) as Readable);
  }

  /** All of an image's file system, as a container of it begins. */
  async everythingOf(image: string): Promise<Map<string, string>> {
    const container = await this.engine.docker.createContainer({
      Image: image,
      Cmd: ["true"],
      Labels: this.label,
    });
    this.#containers.add(container.id);
    try {
      return await this.everything(container.id);
    } finally {
      await container.remove({ force: true });
      this.#containers.delete(container.id);
    }
  }

  /** Removes all that was made of a context. */
  async forget(context: string): Promise<void> {
    const made = this.#made.get(context) ?? { images: new Set(), containers: new Set(), sessions: new Set() };
    this.#made.delete(context);
    await Promise.allSettled([...made.sessions].map((push) => push.cleanupIntermediateContainers()));
    const { docker } = this.engine;
    await Promise.allSettled(
      [...made.containers].map((id) => docker.getContainer(id).remove({ force: true, v: true })),
    );
    await Promise.allSettled(
      [...made.images].map(async (id) => {
        await docker.getImage(id).remove({ force: true });
        this.#images.delete(id);
      }),
    );
    await rm(context, { recursive: true, force: true });
    for (const push of made.sessions) this.#sessions.delete(push);
    for (const id of made.containers) this.#containers.delete(id);
  }

  #madeOf(context: string): Made {
    const made = this.#made.get(context) ?? { images: new Set(), containers: new Set(), sessions: new Set() };
    this.#made.set(context, made);
    return made;
  }

  /** Runs a command in a container and returns what it prints. */
  async say(containerId: string, ...cmd: string[]): Promise<string> {
    let said = "";
    await execute(this.engine, containerId, { cmd, onOutput: ({ data }) => (said += data.toString()) });
    return said.trim();
  }

  /** Removes all that was made so far. */
  async clear(): Promise<void> {
    await Promise.allSettled([...this.#sessions].map((push) => push.cleanupIntermediateContainers()));
    const { docker } = this.engine;
    await Promise.allSettled(
      [...this.#containers].map((id) => docker.getContainer(id).remove({ force: true, v: true })),
    );
    await Promise.allSettled([...this.#images].map((id) => docker.getImage(id).remove({ force: true })));
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
    for (const made of [this.#sessions, this.#containers, this.#images]) made.clear();
    this.#folders.length = 0;
  }

  async close(): Promise<void> {
    await this.clear();
    this.engine.close();
  }
}

/** Writes, or removes, files below a folder. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, spec] of Object.entries(files)) {
    const file = path.join(folder, name);
    await rm(file, { recursive: true, force: true });
    if (spec === undefined) continue;
    await mkdir(spec === null ? file : path.dirname(file), { recursive: true });
    if (spec === null) continue;
    if (typeof spec === "string") await writeFile(file, spec);
    else if ("link" in spec) await symlink(spec.link, file);
    else {
      await writeFile(file, spec.content);
      await chmod(file, spec.mode);
    }
    // Builders know a file by its size and time; a second write within the clock's tick must not look like the first.
    const now = new Date(Date.now() + Object.keys(files).indexOf(name));
    await lutimes(file, now, now);
  }
}
