import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { connect, type Engine } from "@slipway/transport";
import { main } from "../src/main.ts";

/** What a command printed and ended with. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder in which commands work on a project of a test's own; what they build is labelled as the test's. */
export class Workspace {
  readonly engine: Engine;
  /** The project's name, and the value of the label. */
  readonly runId: string;
  readonly folder: string;

  private constructor(engine: Engine, runId: string, folder: string) {
    this.engine = engine;
    this.runId = runId;
    this.folder = folder;
  }

  static async open(): Promise<Workspace> {
    const folder = await mkdtemp(path.join(tmpdir(), "slipway-build-"));
    return new Workspace(await connect(), path.basename(folder).toLowerCase(), folder);
  }

  async files(contents: Readonly<Record<string, string | Buffer>>): Promise<void> {
    for (const [name, text] of Object.entries(contents)) {
      await mkdir(path.dirname(path.join(this.folder, name)), { recursive: true });
      await writeFile(path.join(this.folder, name), text);
    }
  }

  /** A compose file with services that are built in the folders of their names. */
  compose(...services: string[]): string {
    const build = (context: string): object => ({ context, labels: { "dev.slipway.test": this.runId } });
    const all = services.map((name) => [name, { build: build(name) }]);
    return JSON.stringify({ name: this.runId, services: Object.fromEntries(all) });
  }

  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin?: Readable): Promise<Run> {
    const result = { code: 0, stdout: "", stderr: "" };
    result.code = await main(args, {
      stdout: { write: (text) => (result.stdout += text) },
      stderr: { write: (text) => (result.stderr += text) },
      stdin,
      env: { ...process.env, ...env },
      cwd: this.folder,
      signal: new AbortController().signal,
    });
    return result;
  }

  /** The ids of the images that were built. */
  async images(): Promise<string[]> {
    const filters = { label: [`dev.slipway.test=${this.runId}`] };
    return (await this.engine.docker.listImages({ filters })).map(({ Id }) => Id);
  }

  /** Removes the images, and empties the folder. */
  async clear(): Promise<void> {
    for (const id of await this.images()) await this.engine.docker.getImage(id).remove({ force: true });
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder);
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    this.engine.close();
  }
}
