import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { packEntries } from "@slipway/context";
import { connect, type Engine } from "@slipway/transport";
import type { BuildEvent, BuildRun } from "../src/index.ts";

/** What one file of engine tests makes, and how it is all removed. */
export class TestRun {
  readonly id: string;
  readonly engine: Engine;
  #count = 0;

  private constructor(id: string, engine: Engine) {
    this.id = id;
    this.engine = engine;
  }

  static async open(name: string): Promise<TestRun> {
    return new TestRun(`${name}-${randomBytes(4).toString("hex")}`, await connect());
  }

  get filters(): { label: string[] } {
    return { label: [`dev.slipway.test=${this.id}`] };
  }

  /** The first lines of a Dockerfile, whose steps no earlier run has in its cache. */
  head(base = "slipway-base/busybox:1"): string {
    return `FROM ${base}\nLABEL dev.slipway.test=${this.id}\nENV ONCE=${this.id}-${this.#count++}\n`;
  }

  async containers(): Promise<string[]> {
    const found = await this.engine.docker.listContainers({ all: true, filters: this.filters });
    return found.map(({ Id }) => Id);
  }

  async close(): Promise<void> {
    const { docker } = this.engine;
    const { filters } = this;
    const containers = await this.containers();
    // Children before their parents; the engine may have removed untagged parents by then.
    const images = await docker.listImages({ all: true, filters });
    for (const { Id } of images.toSorted((a, b) => b.Created - a.Created)) {
      await docker
        .getImage(Id)
        .remove({ force: true })
        .catch(() => undefined);
    }
    const left = await docker.listImages({ all: true, filters });
    this.engine.close();
    if (containers.length > 0) throw new Error(`containers are left: ${containers.join(" ")}`);
    if (left.length > 0) throw new Error(`images are left: ${left.map(({ Id }) => Id).join(" ")}`);
  }
}

/** A context of these files. */
export function tarOf(files: Readonly<Record<string, string>>): Readable {
  return packEntries(Object.entries(files).map(([name, body]) => ({ header: { name, type: "file" as const }, body })));
}

export async function eventsOf(run: BuildRun): Promise<BuildEvent[]> {
  const events: BuildEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** The output of a build's commands. */
export function outputOf(events: readonly BuildEvent[]): string {
  return events.map((event) => (event.type === "log" ? event.data : "")).join("");
}
