import type { Duplex } from "node:stream";
import { ask } from "./ask.ts";
import type { Engine } from "./engine.ts";
import { hijack } from "./hijack.ts";
import { type ImageInspect, inspectImage } from "./images/inspect-image.ts";
import { endOf } from "./start-exec.ts";

/** Ends what runs in a container whose image has no shell. */
export interface Watchdog {
  /** Ends all that bears the mark, and the watchdog; resolves when it is gone. */
  end(): Promise<void>;
}

const removedWithinMs = 10_000;

const script = [
  "echo ready",
  "cat >/dev/null",
  // TERM, two seconds in which they may end, then KILL until none is left: one may have just been about to start another.
  "round=0",
  'while [ "$round" -lt 40 ]; do',
  'round=$((round + 1)); signal=0; found=""',
  '[ "$round" -eq 1 ] && signal=TERM',
  '[ "$round" -gt 20 ] && signal=KILL',
  "for p in /proc/[0-9]*; do",
  'case "$(tr "\\0" "\\n" <"$p/environ" 2>/dev/null)" in *"$1"*) ;; *) continue ;; esac',
  'found=1; kill -s "$signal" "${p#/proc/}" 2>/dev/null',
  "done",
  '[ -n "$found" ] || exit 0; sleep 0.1 2>/dev/null || sleep 1',
  "done",
].join("\n");

/**
 * Starts a container beside another that shares its processes and waits for its own input to close: by us, or because
 * the connection is lost. It is made from an image that the engine has already and that has a shell.
 * @param mark a variable that the processes, and what they started, have in their environment: `NAME=value`
 * @returns undefined where the engine has no image that would do
 */
export async function openWatchdog(engine: Engine, containerId: string, mark: string): Promise<Watchdog | undefined> {
  for (const image of await candidateImages(engine)) {
    const opened = await open(engine, containerId, image, ["sh", "-c", script, "sh", mark]);
    if (opened) return opened;
  }
  return undefined;
}

/** Images whose own command is a shell come first, then the engine's tagged images, the smallest first. */
async function candidateImages(engine: Engine): Promise<string[]> {
  interface Image {
    readonly Id: string;
    readonly Size: number;
    readonly RepoTags?: readonly string[] | null;
  }
  const images = await ask<Image[]>(engine, { path: "/images/json" });
  const tagged = images.filter(({ RepoTags }) => RepoTags?.some((tag) => tag !== "<none>:<none>"));
  const usable = tagged.filter(({ Size }) => Size > 500_000);
  const smallest = usable.toSorted((a, b) => a.Size - b.Size).slice(0, 24);
  const known = await Promise.all(smallest.map(({ Id }) => inspectImage(engine, Id)));
  // An image may have gone meanwhile.
  const there = known.filter((image) => image !== undefined);
  const isShell = (image: ImageInspect): boolean => /(?:^|\/)(?:ba|da|a)?sh$/.test(image.Config.Cmd?.[0] ?? "");
  return [...there.filter(isShell), ...there.filter((image) => !isShell(image))].slice(0, 6).map(({ Id }) => Id);
}

async function open(
  engine: Engine,
  containerId: string,
  image: string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<Watchdog | undefined> {
  const json = {
    Image: image,
    Entrypoint: [program],
    Cmd: args,
    User: "0",
    OpenStdin: true,
    // What closes its input when the one connection to it is lost.
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    Labels: { "dev.slipway.helper": "exec" },
    HostConfig: {
      PidMode: `container:${containerId}`,
      NetworkMode: "none",
      CapAdd: ["SYS_PTRACE", "KILL"],
      AutoRemove: true,
    },
  };
  let id: string | undefined;
  let stream: Duplex | undefined;
  const remove = async (): Promise<void> => {
    stream?.destroy();
    await ask(engine, { path: `/containers/${id}`, method: "DELETE", query: { force: true, v: true } }).catch(
      () => undefined,
    );
  };
  try {
    ({ Id: id } = await ask<{ Id: string }>(engine, { path: "/containers/create", method: "POST", json }));
    const query = "stream=1&stdin=1&stdout=1";
    stream = await hijack(engine, { path: `/containers/${id}/attach?${query}`, method: "POST" });
    stream.on("error", () => undefined);
    const ended = endOf(stream);
    const ready = new Promise<boolean>((resolve) => {
      stream?.on("data", (data: Buffer) => data.includes("ready") && resolve(true));
      const gone = (): void => resolve(false);
      ended.then(gone, gone);
    });
    // An image without a shell doesn't start.
    await ask(engine, { path: `/containers/${id}/start`, method: "POST" });
    if (!(await ready)) throw new DOMException("the watchdog has ended", "AbortError");
    let ending: Promise<void> | undefined;
    const end = async (): Promise<void> => {
      stream?.end();
      await ended.catch(() => undefined);
      // The engine removes it, unless it doesn't.
      const path = `/containers/${id}/wait`;
      const signal = AbortSignal.timeout(removedWithinMs);
      await ask(engine, { path, method: "POST", query: { condition: "removed" }, signal }).catch(remove);
    };
    return { end: () => (ending ??= end()) };
  } catch {
    if (id !== undefined) await remove();
    return undefined;
  }
}
