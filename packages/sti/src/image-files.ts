import { type Engine, getArchive, type ImageInspect } from "@slipway/transport";
import { readEntries } from "@slipway/context";
import { text } from "node:stream/consumers";
import { ScriptContainer } from "./container.ts";
import { labelNames } from "./labels.ts";
import { statPath } from "./path-stat.ts";
import { defaultFolders, type Scripts, type ScriptFolder, findScripts } from "./scripts.ts";
import { StiError } from "./sti-error.ts";

/** An image, with the questions that only its files can answer. */
export class ImageFiles {
  readonly image: ImageInspect;
  readonly reference: string;
  readonly #engine: Engine;
  readonly #container: ScriptContainer;

  private constructor(engine: Engine, reference: string, image: ImageInspect, container: ScriptContainer) {
    this.#engine = engine;
    this.reference = reference;
    this.image = image;
    this.#container = container;
  }

  /** Looks into an image by a container of it that never runs, and is gone afterwards. */
  static async open<Result>(
    engine: Engine,
    { reference, image, labels, platform, runId, role, signal }: OpenImage,
    look: (files: ImageFiles) => Promise<Result>,
  ): Promise<Result> {
    const container = await ScriptContainer.create(
      engine,
      { role: `look-${role}`, image, command: "/never", labels, platform, signal },
      runId,
    );
    try {
      return await look(new ImageFiles(engine, reference, image, container));
    } finally {
      await container.remove();
    }
  }

  async isScript(path: string): Promise<boolean> {
    const found = await statPath(this.#engine, this.#container.id, path);
    return found?.kind === "file" && found.executable;
  }

  scripts(folders: readonly ScriptFolder[]): Promise<Scripts> {
    return findScripts(folders, (path) => this.isScript(path));
  }

  /** Whether there is nothing at a path, or an empty folder. */
  async isEmpty(path: string): Promise<boolean> {
    const found = await statPath(this.#engine, this.#container.id, path);
    if (found?.kind !== "directory") return found === undefined;
    let entries = 0;
    for await (const _ of readEntries(await getArchive(this.#engine, this.#container.id, path))) {
      entries += 1;
      if (entries > 1) return false;
    }
    return true;
  }

  /** The uid and gid of a user as an image's USER names one. */
  async userIds(user: string): Promise<UserIds> {
    const [name = "", group] = user.split(":");
    const passwd = await this.#lines("/etc/passwd");
    const entry = passwd.find(([login, , uid]) => login === name || uid === name);
    const uid = /^\d+$/.test(name) ? Number(name) : Number(entry?.[2] ?? Number.NaN);
    const gid = await this.#groupId(group ?? entry?.[3] ?? "0");
    if (name !== "" && (Number.isNaN(uid) || Number.isNaN(gid))) {
      throw new StiError("STI_BAD_REQUEST", `image ${this.reference} has no user \`${user}\``, {
        image: this.reference,
        hint: "name one of its /etc/passwd, or a number",
      });
    }
    return name === "" ? { uid: 0, gid: 0 } : { uid, gid };
  }

  async #groupId(group: string): Promise<number> {
    if (/^\d+$/.test(group)) return Number(group);
    return Number((await this.#lines("/etc/group")).find(([name]) => name === group)?.[2] ?? Number.NaN);
  }

  async #lines(path: string): Promise<string[][]> {
    if ((await statPath(this.#engine, this.#container.id, path))?.kind !== "file") return [];
    for await (const { header, body } of readEntries(await getArchive(this.#engine, this.#container.id, path))) {
      if (header.type === "file") return (await text(body)).split("\n").map((line) => line.split(":"));
    }
    return [];
  }
}

/** Which image to look into, and for whom. */
export interface OpenImage {
  readonly reference: string;
  readonly image: ImageInspect;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly platform?: string | undefined;
  readonly runId: string;
  readonly role: string;
  readonly signal?: AbortSignal | undefined;
}

/** A user by numbers. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The folders in which an image's scripts are looked for.
 * @throws StiError STI_NOT_SUPPORTED for a scripts-url that is no path in the image
 */
export function scriptFolders(image: ImageInspect, scriptsUrl: string | undefined): ScriptFolder[] {
  const labels = image.Config.Labels ?? {};
  const urls = [scriptsUrl, labels[labelNames.scriptsUrl] ?? labels[labelNames.oldScriptsUrl]];
  const named = urls.filter((url) => url !== undefined && url !== "").map((url) => pathOf(url as string));
  return [...new Set([...named, ...defaultFolders])].map((path) => ({ path }));
}

function pathOf(url: string): string {
  const path = /^(?:image:\/\/)?(\/.*?)\/*$/.exec(url)?.[1];
  if (path !== undefined) return path;
  throw new StiError("STI_NOT_SUPPORTED", `scripts cannot be taken from ${url}`, {
    hint: "image:///path is a folder in the builder image; scripts of your own go into the source's .s2i/bin",
  });
}
