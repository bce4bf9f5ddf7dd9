import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { packEntries } from "@slipway/context";
import { type ContainerShell, type Engine, execute, openShell, putArchive, type ShellResult } from "@slipway/transport";
import { isSlipwayError } from "@slipway/errors";
import { abortable } from "./abortable.ts";
import { LivepushError } from "./livepush-error.ts";
import { packTar } from "./pack-tar.ts";
import type { DeleteItem } from "./push-plan.ts";
import {
  archived,
  changeTimesScript,
  foldersScript,
  identifyScript,
  linkOwnersScript,
  putBackScript,
  removeScript,
  setAsideScript,
} from "./shell-scripts.ts";
import { tarOf } from "./tar-of.ts";
import type { CommandToRun, FileBatch, FileToPut, Identity, Updater } from "./updater.ts";
import { beingWritten, mostInScript, writeScript } from "./write-script.ts";

/** Up to here an archive goes through the shell, packed and base64-encoded; beyond, the engine's call takes less for each byte. */
const mostThroughShell = 512 * 1024;
/** Up to here an archive is made in memory, to see how small it can be packed. */
const mostInMemory = 8 * 1024 * 1024;

/** No files, as a gzipped tar archive and a format of printf. */
const emptyArchive =
  "\\037\\213\\010\\000\\000\\000\\000\\000\\002\\003\\143\\140\\030\\005\\243\\140\\024\\214\\124\\000\\000\\056\\257\\265\\357\\000\\004\\000\\000";

/** Finds out what the shell can do. `stat -c`, `xargs -0` and `tar -z` are not POSIX; `tar` and `base64` may be missing. */
const probe = [
  "command -v tar >/dev/null && command -v base64 >/dev/null && echo tar",
  `printf '${emptyArchive}' | tar -t -z -f - >/dev/null 2>&1 && echo gzip`,
  "[ -n \"$(printf '/\\000' | xargs -0 stat -c %Z -- 2>/dev/null)\" ] && date +%s >/dev/null && echo stat",
  "true",
].join("\n");

interface Session {
  readonly shell: ContainerShell;
  readonly unpacks: boolean;
  readonly unzips: boolean;
  readonly tellsTimes: boolean;
  /** Whether its tools do what writeScript wants, as far as is known. */
  writes: boolean;
}

/** Changes a container through a shell that stays open in it; a shell that ended, as a restart ends it, is opened again. */
export class ShellUpdater implements Updater {
  readonly hasShell = true;
  readonly #engine: Engine;
  readonly #containerId: string;
  readonly #environment: readonly string[];
  readonly #openWithinMs: number | undefined;
  #opening: Promise<Session> | undefined;
  #current: Session | undefined;

  private constructor(engine: Engine, containerId: string, environment: readonly string[], openWithinMs?: number) {
    this.#openWithinMs = openWithinMs;
    this.#engine = engine;
    this.#containerId = containerId;
    this.#environment = environment;
  }

  /**
   * @param environment the names that the container's own environment has: a command does not see them unless its step
   *   gives them
   * @param openWithinMs how long opening a shell may take, each of two times
   * @throws TransportError TRANSPORT_NO_SHELL, TRANSPORT_NO_ANSWER
   */
  static async open(
    engine: Engine,
    containerId: string,
    environment: readonly string[],
    openWithinMs?: number,
  ): Promise<ShellUpdater> {
    const updater = new ShellUpdater(engine, containerId, environment, openWithinMs);
    await updater.warm();
    return updater;
  }

  get live(): boolean {
    return this.#current?.shell.closed === false;
  }

  /** Opens the shell if it is not open. */
  async warm(): Promise<void> {
    await this.#open();
  }

  async remove(items: readonly DeleteItem[], signal: AbortSignal): Promise<void> {
    if (items.length > 0) await this.#succeed("deleting files", removeScript(items), undefined, signal);
  }

  async put(batch: FileBatch, signal: AbortSignal): Promise<void> {
    const { unpacks, unzips } = await abortable(this.#open(), signal);
    const folders = foldersScript(batch.files);
    const toPack = batch.files.some(archived);
    const isSmall = unpacks && batch.files.every(isPlain) && tarSize(batch.files) <= mostInMemory;
    if (isSmall && toPack) {
      if (await this.#write(batch, folders, signal)) return;
      const tar = await abortable(buffer(packEntries(tarOf(batch))), signal);
      const packed = unzips ? await packTar(tar) : undefined;
      const stdin = packed ?? tar;
      if (stdin.length > mostThroughShell) return this.#putArchive(folders, tar, signal);
      const unpack = `tar -x ${packed ? "-z " : ""}-p -f - -C /`;
      const script = `umask 022\n${folders}\numask 0\n${unpack} || exit\n${linkOwnersScript(batch.files)}`;
      await this.#succeed("copying files", script, stdin, signal);
    } else await this.#putArchive(folders, toPack ? packEntries(tarOf(batch)) : undefined, signal);
  }

  async #putArchive(folders: string, tar: Readable | Buffer | undefined, signal: AbortSignal): Promise<void> {
    if (folders !== "") await this.#succeed("making folders", `umask 022\n${folders}`, undefined, signal);
    if (tar) await putArchive(this.#engine, this.#containerId, tar, { path: "/", signal });
  }

  /** Puts a single small file without an archive. */
  async #write(batch: FileBatch, folders: string, signal: AbortSignal): Promise<boolean> {
    const session = await abortable(this.#open(), signal);
    const [file, ...more] = batch.files.filter(archived);
    if (!session.writes || file?.type !== "file" || more.length > 0 || (file.size ?? 0) > mostInScript) return false;
    for await (const { header, body } of batch.contents()) {
      if (header.name !== file.name) continue;
      // It may have grown since it was listed.
      if (!Buffer.isBuffer(body) || body.length > mostInScript) return false;
      const script = `umask 022\n${folders}\n${writeScript(file, body)}`;
      session.writes = (await this.#run(script, undefined, signal)).exitCode === 0;
      if (!session.writes) await this.#run(`rm -f ${beingWritten}`, undefined, signal);
      return session.writes;
    }
    return false;
  }

  async setAside(paths: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#succeed("making room for mounts", setAsideScript(paths), undefined, signal);
  }

  async putBack(signal: AbortSignal): Promise<void> {
    await this.#succeed("taking mounts away", putBackScript, undefined, signal);
  }

  async run(command: CommandToRun): Promise<number> {
    const { argv, env, workdir, user, signal, onOutput } = command;
    // An exec inherits the container's environment, which a build's RUN has nothing of; the shells above it count themselves.
    const inherited = new Set(["HOSTNAME", "SHLVL", "OLDPWD", ...this.#environment]);
    const foreign = [...inherited].filter((name) => /^[a-z_]\w*$/i.test(name) && !Object.hasOwn(env, name));
    const cmd = ["sh", "-c", `unset ${foreign.join(" ")}; exec "$@"`, "sh", ...argv];
    const { exitCode } = await execute(this.#engine, this.#containerId, {
      cmd,
      env,
      workdir,
      user,
      signal,
      onOutput: ({ data, stream }) => onOutput({ data, isStderr: stream === "stderr" }),
    });
    return exitCode;
  }

  async mark(signal: AbortSignal): Promise<number | undefined> {
    const { tellsTimes } = await abortable(this.#open(), signal);
    if (!tellsTimes) return undefined;
    const { stdout } = await this.#run("date +%s", undefined, signal);
    return Number(stdout.toString());
  }

  async changedSince(
    mark: number,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string> | undefined> {
    // The output has a line for each path.
    if (paths.some((path) => path.includes("\n"))) return undefined;
    const { stdout } = await this.#run(changeTimesScript, Buffer.from(paths.join("\0") + "\0"), signal);
    const changed = new Set(paths);
    for (const line of stdout.toString().split("\n")) {
      const space = line.indexOf(" ");
      if (Number(line.slice(0, space)) < mark) changed.delete(line.slice(space + 1));
    }
    return changed;
  }

  async identify(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Identity> | undefined> {
    const tellable = paths.filter((path) => !/[\n\t\\]/.test(path));
    const { exitCode, stdout } = await this.#run(identifyScript, Buffer.from(tellable.join("\0") + "\0"), signal);
    if (exitCode !== 0) return undefined;
    const found = new Map<string, Identity>();
    for (const line of stdout.toString().split("\n")) {
      const [path = "", identity] = line.slice(2).split("\t");
      if (line.startsWith("D ")) found.set(path, { type: "directory" });
      else if (line.startsWith("L ")) found.set(path, { type: "symlink", identity });
      else if (line !== "") found.set(line.slice(66), { type: "file", identity: line.slice(0, 64) });
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.#current?.shell.close();
  }

  async #succeed(doing: string, script: string, stdin: Buffer | undefined, signal: AbortSignal): Promise<void> {
    const { exitCode, stderr } = await this.#run(script, stdin, signal);
    if (exitCode === 0) return;
    const said = stderr.toString().trim();
    throw new LivepushError("LIVEPUSH_UPDATE_FAILED", `${doing} in container ${this.#containerId} failed: ${said}`, {
      hint: "is its file system read-only, or full?",
    });
  }

  async #run(script: string, stdin: Buffer | undefined, signal: AbortSignal): Promise<ShellResult> {
    const { shell } = await abortable(this.#open(), signal);
    try {
      return await abortable(shell.run(script, stdin), signal);
    } catch (error) {
      if (!isSlipwayError(error, "TRANSPORT_SHELL_CLOSED")) throw error;
      // The connection was lost, or the container restarted. Every script here may safely run twice.
      const { shell: next } = await abortable(this.#open(), signal);
      return await abortable(next.run(script, stdin), signal);
    }
  }

  async #open(): Promise<Session> {
    if (this.#current && !this.#current.shell.closed) return this.#current;
    this.#opening ??= openSession(this.#engine, this.#containerId, this.#openWithinMs).finally(
      () => (this.#opening = undefined),
    );
    this.#current = await this.#opening;
    return this.#current;
  }
}

/** Whether a tar header holds all of it. What needs more goes into a PAX header, which busybox's tar passes over. */
function isPlain({ name, linkname = "", uid = 0, gid = 0 }: FileToPut): boolean {
  const plain = /^[\x20-\x7e]{0,100}$/;
  return plain.test(name) && plain.test(linkname) && Math.max(uid, gid) < 2 ** 21;
}

/** How many bytes of an archive these files take, about. */
function tarSize(files: readonly FileToPut[]): number {
  return files.reduce((sum, { size = 0 }) => sum + 512 + size, 0);
}

/** An opening that stands still is begun once more, as it may be that one alone that is stuck. */
async function openSession(engine: Engine, containerId: string, openWithinMs?: number): Promise<Session> {
  const open = (): Promise<ContainerShell> => openShell(engine, containerId, { user: "0", openWithinMs });
  const shell = await open().catch((error: unknown) => {
    if (!isSlipwayError(error, "TRANSPORT_NO_ANSWER")) throw error;
    return open();
  });
  const { stdout } = await shell.run(`rm -f ${beingWritten}\n${probe}`);
  const can = stdout.toString().split("\n");
  return {
    shell,
    unpacks: can.includes("tar"),
    unzips: can.includes("gzip"),
    tellsTimes: can.includes("stat"),
    writes: true,
  };
}
