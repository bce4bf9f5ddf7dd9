import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { type EntryToPack, packEntries, readEntries } from "@slipway/context";
import { connect, type Engine, openBuildStream, readRecords } from "@slipway/transport";
import { loadSmallImage, type SmallImage } from "../src/small-image.ts";

export type BuilderName = "classic" | "buildkit";

export interface Built {
  readonly imageId: string | undefined;
  /** What the user sees, a line each. */
  readonly lines: readonly string[];
}

/** What one file of engine tests makes, and how it is all removed. */
export class Workbench {
  readonly engine: Engine;
  readonly id: string;
  /** Where the emulators are. */
  readonly folder: string;
  readonly #images: SmallImage[] = [];

  private constructor(engine: Engine, id: string, folder: string) {
    this.engine = engine;
    this.id = id;
    this.folder = folder;
  }

  static async open(name: string): Promise<Workbench> {
    // As scripts/emulators.mjs makes it, which `npm test` runs.
    const sources = ["execve.c", "pass-through.c"].map((source) => readFile(path.join(import.meta.dirname, source)));
    const version = createHash("sha256")
      .update(Buffer.concat(await Promise.all(sources)))
      .digest("hex")
      .slice(0, 12);
    const folder = path.join(homedir(), ".cache/slipway-emulators", version);
    if (!existsSync(folder)) throw new Error(`there is no ${folder}: \`npm test\` makes it`);
    return new Workbench(await connect(), `emulate-${name}-${randomBytes(4).toString("hex")}`, folder);
  }

  get labels(): Record<string, string> {
    return { "dev.slipway.test": this.id };
  }

  emulator(name: string): string {
    return path.join(this.folder, name);
  }

  /** An image with nothing but Debian's busybox of another architecture. */
  async foreignBase(architecture: "arm64" | "armhf"): Promise<string> {
    const body = await readFile(this.emulator(`busybox-${architecture}`));
    const links = ["sh", "uname", "cat", "env", "mkdir", "chmod", "ls", "echo", "id", "sleep"];
    const files = (): EntryToPack[] => [
      { header: { name: "bin/busybox", type: "file", mode: 0o755 }, body },
      ...links.map((name): EntryToPack => ({ header: { name: `bin/${name}`, type: "symlink", linkname: "busybox" } })),
      { header: { name: "etc/passwd", type: "file" }, body: "root:x:0:0:::\nuser:x:1000:1000:::\n" },
      { header: { name: "etc/group", type: "file" }, body: "root:x:0:\nuser:x:1000:\n" },
      { header: { name: "tmp", type: "directory", mode: 0o1777 } },
    ];
    const platform = architecture === "arm64" ? "linux/arm64" : "linux/arm/v7";
    const image = await loadSmallImage(this.engine, { platform, files, entrypoint: undefined, labels: this.labels });
    this.#images.push(image);
    return image.name;
  }

  keep(image: SmallImage): void {
    this.#images.push(image);
  }

  async build(
    tar: Readable,
    options: { builder: BuilderName; platform?: string; through?: NodeJS.ReadWriteStream | undefined },
  ): Promise<Built> {
    const { builder, platform, through } = options;
    const query = {
      version: builder === "buildkit" ? "2" : "1",
      nocache: true,
      rm: true,
      forcerm: true,
      labels: this.labels,
      ...(platform === undefined ? {} : { platform }),
    };
    const answer = await openBuildStream(this.engine, { tar, query });
    const output = through ? (answer.pipe(through) as unknown as Readable) : answer;
    return builder === "buildkit" ? readBuildkit(output) : readClassic(output);
  }

  /** The files of an image: path to what there is to say of it. Dates aside. */
  async files(image: string): Promise<Map<string, string>> {
    const { docker } = this.engine;
    const container = await docker.createContainer({ Image: image, Cmd: ["none"], Labels: this.labels });
    const found = new Map<string, string>();
    try {
      const tar = (await container.export()) as unknown as Readable;
      for await (const { header, body } of readEntries(tar)) {
        const hash = createHash("sha256");
        for await (const chunk of body) hash.update(chunk as Buffer);
        const { name, type, mode = 0, uid = 0, gid = 0, linkname = "" } = header;
        found.set(name, `${type} ${mode.toString(8)} ${uid}:${gid} ${linkname} ${hash.digest("hex").slice(0, 12)}`);
      }
    } finally {
      await container.remove({ force: true });
    }
    return found;
  }

  async run(image: string, command: readonly string[]): Promise<string> {
    const { runContainer } = await import("../src/run-container.ts");
    const { output } = await runContainer(this.engine, {
      image,
      labels: this.labels,
      settings: { Entrypoint: command },
    });
    return output;
  }

  async close(): Promise<void> {
    const { docker } = this.engine;
    const filters = { label: [`dev.slipway.test=${this.id}`] };
    const containers = await docker.listContainers({ all: true, filters });
    for (const { Id } of containers) await docker.getContainer(Id).remove({ force: true });
    const images = await docker.listImages({ all: true, filters });
    for (const { Id } of images.toSorted((a, b) => b.Created - a.Created)) {
      await docker
        .getImage(Id)
        .remove({ force: true })
        .catch(() => undefined);
    }
    await Promise.all(this.#images.map((image) => image.remove()));
    const left = await docker.listImages({ filters });
    this.engine.close();
    if (containers.length > 0) throw new Error(`containers were left: ${containers.map(({ Id }) => Id).join(" ")}`);
    if (left.length > 0) throw new Error(`images are left: ${left.map(({ Id }) => Id).join(" ")}`);
  }
}

export function tarOf(files: Readonly<Record<string, string | Buffer>>): Readable {
  return packEntries(Object.entries(files).map(([name, body]) => ({ header: { name, type: "file" as const }, body })));
}

async function readClassic(output: Readable): Promise<Built> {
  let text = "";
  let imageId: string | undefined;
  for await (const record of readRecords(output)) {
    const { stream, error, aux } = record as { stream?: string; error?: string; aux?: { ID?: string } };
    if (stream !== undefined) text += stream;
    if (error !== undefined) text += `ERROR ${error}\n`;
    if (aux?.ID !== undefined) imageId = aux.ID;
  }
  return { imageId, lines: text.split("\n").filter((line) => line !== "") };
}

async function readBuildkit(output: Readable): Promise<Built> {
  const steps = new Map<string, { name: string; logs: string }>();
  const errors: string[] = [];
  let imageId: string | undefined;
  for await (const record of readRecords(output)) {
    const { id, aux, error } = record as { id?: string; aux?: unknown; error?: string };
    if (error !== undefined) errors.push(`ERROR ${error}`);
    if (id === "moby.image.id") imageId = (aux as { ID: string }).ID;
    if (id !== "moby.buildkit.trace") continue;
    for (const [number, bytes] of fields(Buffer.from(aux as string, "base64"))) {
      const inner = new Map(fields(bytes));
      const digest = String(inner.get(1));
      const step = steps.get(digest) ?? { name: "", logs: "" };
      if (number === 1) step.name = Buffer.from(inner.get(3) ?? []).toString();
      if (number === 3) step.logs += Buffer.from(inner.get(4) ?? []).toString();
      steps.set(digest, step);
    }
  }
  // Stages are built side by side, in no order.
  const shown = [...steps.values()].filter(({ name }) => /^\[.*\d+\/\d+\]/.test(name));
  const lines = shown
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, logs }) => [name, ...logs.split("\n")]);
  return { imageId, lines: [...lines, ...errors].filter((line) => line !== "") };
}

function fields(bytes: Uint8Array): [number, Uint8Array][] {
  const reader = new BinaryReader(bytes);
  const found: [number, Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) found.push([number, reader.bytes()]);
    else reader.skip(wireType, number);
  }
  return found;
}
