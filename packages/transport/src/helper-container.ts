import type Dockerode from "dockerode";
import type { Engine } from "./engine.ts";

/**
 * Signals processes of a container whose image has no shell, by their environment, from a container beside it that
 * shares its processes. It is made from an image that the engine has already and that has a shell.
 * @param mark a variable that the processes, and what they started, have in their environment: `NAME=value`
 * @returns false where the engine has no image that would do
 */
export async function killByMark(engine: Engine, containerId: string, mark: string): Promise<boolean> {
  const script = [
    // Again until none is left: a process may have just been about to start another.
    'for round in 1 2 3 4 5; do found=""',
    "for p in /proc/[0-9]*; do",
    'case "$(tr "\\0" "\\n" <"$p/environ" 2>/dev/null)" in *"$1"*) ;; *) continue ;; esac',
    'found=1; kill -s KILL "${p#/proc/}" 2>/dev/null',
    "done",
    '[ -n "$found" ] || exit 0; done',
  ].join("\n");
  for (const image of await candidateImages(engine)) {
    if (await runBeside(engine, containerId, image, ["sh", "-c", script, "sh", mark])) return true;
  }
  return false;
}

/** The engine's tagged images, the smallest first: those with a shell and little else. */
async function candidateImages(engine: Engine): Promise<string[]> {
  const images = await engine.docker.listImages();
  const tagged = images.filter(({ RepoTags }) => RepoTags?.some((tag) => tag !== "<none>:<none>"));
  const usable = tagged.filter(({ Size }) => Size > 500_000);
  return usable
    .toSorted((a, b) => a.Size - b.Size)
    .slice(0, 6)
    .map(({ Id }) => Id);
}

async function runBeside(engine: Engine, containerId: string, image: string, cmd: string[]): Promise<boolean> {
  let container: Dockerode.Container | undefined;
  try {
    container = await engine.docker.createContainer({
      Image: image,
      Entrypoint: [cmd[0] as string],
      Cmd: cmd.slice(1),
      User: "0",
      Labels: { "dev.slipway.helper": "exec" },
      HostConfig: { PidMode: `container:${containerId}`, NetworkMode: "none", CapAdd: ["SYS_PTRACE", "KILL"] },
    });
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    return StatusCode === 0;
  } catch {
    return false; // an image without a shell doesn't start
  } finally {
    await container?.remove({ force: true }).catch(() => undefined);
  }
}
