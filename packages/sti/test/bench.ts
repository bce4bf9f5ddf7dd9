import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { build as buildImage } from "@slipway/build";
import { type EntryToPack, packEntries, readEntries } from "@slipway/context";
import { connect, type Engine, getArchive } from "@slipway/transport";
import { afterAll, beforeAll } from "vitest";
import type { BuildRequest } from "../src/request.ts";

/** Scripts of a builder image, by name. */
export type BuilderScripts = Readonly<Record<string, string>>;

/** The scripts that tests build with: the seed's layout, and artifacts that tell how often they were handed on. */
export const plainScripts: BuilderScripts = {
  prepare: [
    "#!/bin/sh -e",
    "mkdir -p /app",
    "cp -R /tmp/src/. /app/",
    "if [ -e /tmp/artifacts/count ]; then cp /tmp/artifacts/count /app/count; fi",
    "echo x >> /app/count",
    "env > /app/environment",
    "if [ -d /tmp/build ]; then cp -R /app/. /tmp/build/; fi",
    'echo "prepared as $(id -u)"',
  ].join("\n"),
  run: '#!/bin/sh\necho "running: $(ls /app | tr "\\n" " ")"\n',
  "save-artifacts": "#!/bin/sh -e\ncp /app/count /tmp/artifacts/count\n",
};

/** The same in the layout of today's s2i. */
export const s2iScripts: BuilderScripts = {
  assemble: plainScripts["prepare"] ?? "",
  run: plainScripts["run"] ?? "",
  "save-artifacts": "#!/bin/sh -e\ncd /app\ntar cf - count\n",
  usage: "#!/bin/sh\necho usage\n",
};

/** Folders, builder images and built images of one test file, all gone at its end. */
export class Bench {
  readonly runId = `sti-${randomBytes(4).toString("hex")}`;
  readonly labels: Readonly<Record<string, string>> = { "dev.slipway.test": this.runId };
  #engine: Engine | undefined;
  #folder = "";
  #count = 0;
  readonly #builders = new Map<string, Promise<string>>();

  get engine(): Engine {
    if (!this.#engine) throw new Error("the engine is there once tests run");
    return this.#engine;
  }

  async start(): Promise<void> {
    this.#engine = await connect();
    this.#folder = await mkdtemp(path.join(tmpdir(), "sti-test-"));
    await mkdir(this.workingDir);
  }

  async stop(): Promise<void> {
    const { docker } = this.engine;
    const filters = { label: [`dev.slipway.test=${this.runId}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters })) {
      await docker.getContainer(Id).remove({ force: true, v: true });
    }
    // Those that others were made of come after them; of one second, any may be the older.
    const images = (await docker.listImages({ filters, all: true })).toSorted((a, b) => b.Created - a.Created);
    for (const open = images.map(({ Id }) => ({ Id, turns: images.length })); open.length > 0;) {
      const image = open.shift();
      if (!image) break;
      await docker
        .getImage(image.Id)
        .remove({ force: true })
        .catch((error: { statusCode?: number }) => {
          if (error.statusCode === 409 && image.turns > 0) open.push({ ...image, turns: image.turns - 1 });
          else if (error.statusCode !== 404) throw error;
        });
    }
    this.engine.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Where requests keep their temporary files. */
  get workingDir(): string {
    return path.join(this.#folder, "working");
  }

  /** A request with a name of its own. */
  request(given: Partial<BuildRequest> & Pick<BuildRequest, "source" | "baseImage">): BuildRequest {
    this.#count += 1;
    return {
      tag: `${this.runId}/app-${this.#count}`,
      engine: this.engine,
      labels: this.labels,
      workingDir: this.workingDir,
      ...given,
    };
  }

  /** A name for something on the disk. */
  path(name: string): string {
    this.#count += 1;
    return path.join(this.#folder, `${this.#count}-${name}`);
  }

  /** A folder with files; a name that ends in `*` is executable. */
  async folder(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = this.path("source");
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(folder, name.replace(/\*$/, ""));
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
      if (name.endsWith("*")) await chmod(file, 0o755);
    }
    return folder;
  }

  /** A builder image with these scripts; the same one for the same scripts. */
  builder(
    scripts: BuilderScripts = plainScripts,
    { folder = "/usr/bin", dockerfile = "", base = "slipway-base/busybox:1" } = {},
  ): Promise<string> {
    const key = JSON.stringify([scripts, folder, dockerfile, base]);
    let made = this.#builders.get(key);
    if (!made) {
      const tag = `${this.runId}/builder-${this.#builders.size}`;
      made = this.#build(tag, scripts, `FROM ${base}\nCOPY scripts/ ${folder}/\n${dockerfile}\n`);
      this.#builders.set(key, made);
    }
    return made;
  }

  /** What a command prints in a container of an image, whatever its entry point. */
  async look(image: string, command: string): Promise<string> {
    return this.#run({ Image: image, Entrypoint: ["/bin/sh", "-c", command], Cmd: [], User: "0" });
  }

  /** A file of an image that cannot be run here. */
  async fileIn(image: string, file: string): Promise<string> {
    const container = await this.engine.docker.createContainer({ Image: image, Cmd: ["/never"], Labels: this.labels });
    try {
      for await (const { body } of readEntries(await getArchive(this.engine, container.id, file)))
        return await text(body);
      return "";
    } finally {
      await container.remove({ force: true });
    }
  }

  /** What an image prints when it is run as it is. */
  async output(image: string): Promise<string> {
    return this.#run({ Image: image });
  }

  /** Containers, volumes, unnamed images and files that are left from builds, of this run. */
  async leftovers(): Promise<string[]> {
    const { docker } = this.engine;
    const filters = { label: [`dev.slipway.test=${this.runId}`] };
    const containers = await docker.listContainers({ all: true, filters });
    const unnamed = await docker.listImages({ filters: { ...filters, dangling: ["true"] } });
    const { Volumes } = await docker.listVolumes({ filters });
    const temporary = (await docker.listImages({ filters })).flatMap(({ RepoTags }) =>
      (RepoTags ?? []).filter((tag) => tag.startsWith("slipway-sti-")),
    );
    return [
      ...containers.map(({ Names }) => `container ${Names[0]}`),
      ...unnamed.map(({ Id }) => `image ${Id}`),
      ...temporary,
      ...(Volumes ?? []).map(({ Name }) => `volume ${Name}`),
      ...(await readdir(this.workingDir)).map((name) => `file ${name}`),
    ];
  }

  async #build(tag: string, scripts: BuilderScripts, dockerfile: string): Promise<string> {
    function* entries(): Generator<EntryToPack> {
      yield { header: { name: "Dockerfile", type: "file" }, body: dockerfile };
      yield { header: { name: "scripts", type: "directory" } };
      for (const [name, body] of Object.entries(scripts)) {
        yield { header: { name: `scripts/${name}`, type: "file", mode: 0o755 }, body };
      }
    }
    await buildImage(this.engine, packEntries(entries()), { tags: [tag], labels: this.labels }).result;
    return tag;
  }

  async #run(options: object): Promise<string> {
    const container = await this.engine.docker.createContainer({ ...options, Labels: this.labels, Tty: true });
    try {
      await container.start();
      await container.wait();
      // As a stream: text that is JSON would be parsed otherwise.
      const logs = await container.logs({ stdout: true, stderr: true, follow: true });
      return (await text(logs)).replaceAll("\r\n", "\n");
    } finally {
      await container.remove({ force: true });
    }
  }
}

/** A bench for the tests of the file that calls it. */
export function useBench(): Bench {
  const bench = new Bench();
  beforeAll(() => bench.start());
  afterAll(() => bench.stop());
  return bench;
}
