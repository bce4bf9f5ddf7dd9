import { packEntries } from "@slipway/context";
import { describeEngine, type Dockerode, type Engine, inspectImage, putArchive, toEngine } from "@slipway/transport";
import { architectureOf, normalizePlatform } from "./architecture.ts";
import { EmulateError } from "./emulate-error.ts";
import { type EmulatorFile, readEmulatorFile } from "./emulator-file.ts";
import { registrationLine, registrationName } from "./emulator-registration.ts";
import { runContainer } from "./run-container.ts";

/** What is registered, and how. */
export interface RegisterEmulatorOptions extends UnregisterEmulatorOptions {
  /** A static qemu-user binary for the engine's own processor. */
  readonly emulator: string;
  readonly sha256?: string | undefined;
}

/** How a registration is undone. */
export interface UnregisterEmulatorOptions {
  /** An image of the engine, with a shell, `mount` and `cp`. Default: small ones that the engine has are tried. */
  readonly image?: string | undefined;
  /** For the container that is made for a moment. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An emulator that the engine's kernel knows. */
export interface EmulatorRegistration {
  readonly platform: string;
  /** The entry in binfmt_misc. */
  readonly name: string;
  /** False where there was an entry of that name already; undoing leaves it there. */
  readonly isNew: boolean;
  undo(): Promise<void>;
}

/**
 * Registers an emulator with the kernel of an engine, for all containers of that machine and until it is undone. A
 * container stays for it, since a kernel forgets its emulators when nobody has binfmt_misc mounted any more. The engine
 * must let a container mount file systems. Nothing does this of its own accord.
 *
 * @throws {EmulateError} EMULATE_NO_EMULATOR, EMULATE_ENGINE_REFUSED, EMULATE_UNKNOWN_PLATFORM
 */
export async function registerEmulator(
  handle: Engine | Dockerode,
  platform: string,
  options: RegisterEmulatorOptions,
): Promise<EmulatorRegistration> {
  const engine = toEngine(handle);
  const wanted = normalizePlatform(platform);
  const name = registrationName(wanted);
  const file = await readEmulatorFile(options.emulator, options.sha256, options.signal);
  if (!file) {
    throw new EmulateError("EMULATE_NO_EMULATOR", `there is no emulator ${options.emulator}`, {
      hint: `give a static qemu-${architectureOf(wanted).qemu}`,
    });
  }
  const line = registrationLine(wanted, `${held}/${name}`);
  // What the kernel holds open is in memory: no container's file system is kept from being removed.
  const script = `[ -e "$0/${name}" ] && exit ${already}; cp /${name} ${held}/ && printf %s "$1" >"$0/register" && ${stay}`;
  const outcome = await withKernel(engine, { ...options, script, args: [line], file, name });
  const isNew = outcome !== already;
  const undo = async (): Promise<void> => {
    if (isNew) await unregisterEmulator(engine, wanted, { ...options, signal: undefined });
  };
  return { platform: wanted, name, isNew, undo };
}

/** Takes back what {@link registerEmulator} did. Whether there was anything to take back. */
export async function unregisterEmulator(
  handle: Engine | Dockerode,
  platform: string,
  options: UnregisterEmulatorOptions = {},
): Promise<boolean> {
  const engine = toEngine(handle);
  const name = registrationName(normalizePlatform(platform));
  const script = `[ -e "$0/${name}" ] || exit ${already}; echo -1 >"$0/${name}"`;
  const wasThere = (await withKernel(engine, { ...options, script, args: [] })) !== already;
  const filters = { label: [`${keeperLabel}=${name}`] };
  for (const { Id } of await engine.docker.listContainers({ all: true, filters })) {
    await engine.docker.getContainer(Id).remove({ force: true });
  }
  return wasThere;
}

/** On the container that has binfmt_misc mounted while an emulator is registered. */
const keeperLabel = "dev.slipway.emulator";
const kept = "slipway: registered";
/** Until it is removed; a signal ends it at once. */
const stay = `echo "${kept}" && trap "exit 0" TERM INT && while :; do sleep 3600 & wait; done`;

/** Where the emulator is while it is registered. */
const held = "/slipway";
/** What a script ends with if there was nothing to do. */
const already = 77;
/** What shells end with that couldn't mount. */
const notMounted = 78;

interface KernelScript extends UnregisterEmulatorOptions {
  readonly script: string;
  readonly args: readonly string[];
  readonly file?: EmulatorFile;
  readonly name?: string;
}

/** Runs a script with binfmt_misc mounted at `$0`. */
async function withKernel(engine: Engine, options: KernelScript): Promise<number> {
  const { image, labels, signal, script, args, file, name } = options;
  const mount = `mkdir -p /slipway-binfmt && mount -t binfmt_misc binfmt_misc "$0" || exit ${notMounted}`;
  const failures: string[] = [];
  for (const candidate of image === undefined ? await candidateImages(engine) : [image]) {
    const { exitCode, output, isKept } = await runContainer(engine, {
      image: candidate,
      labels: name === undefined ? labels : { ...labels, [keeperLabel]: name },
      ...(file ? { keepAt: kept } : {}),
      signal,
      settings: {
        Entrypoint: ["/bin/sh", "-c", `${mount}; ${script}`, "/slipway-binfmt", ...args],
        User: "0",
        HostConfig: {
          CapAdd: ["SYS_ADMIN"],
          SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
          Tmpfs: { [held]: "exec,mode=755,size=256m" },
        },
      },
      prepare: async (id) => {
        if (!file || name === undefined) return;
        const header = { name, type: "file", mode: 0o755, size: file.size } as const;
        await putArchive(engine, id, packEntries([{ header, body: file.open(signal) }]), { path: "/", signal });
      },
    });
    if (isKept) return 0;
    if (exitCode === 0 || exitCode === already) return exitCode;
    failures.push(output.trim() || `it ended with ${exitCode}`);
    if (exitCode !== undefined && exitCode < 126) break;
  }
  const reason = failures.at(-1) ?? "it has no image with a shell";
  throw new EmulateError("EMULATE_ENGINE_REFUSED", `the engine's kernel takes no emulator: ${reason}`, {
    hint: "register it on the engine's machine (Debian: apt install qemu-user-static binfmt-support), or build by transposition",
  });
}

/** The engine's tagged images, the smallest first: those with a shell and little else. */
async function candidateImages(engine: Engine): Promise<string[]> {
  const [images, own] = await Promise.all([engine.docker.listImages(), describeEngine(engine)]);
  const usable = images.filter(
    ({ RepoTags, Size }) => Size > 500_000 && RepoTags?.some((tag) => tag !== "<none>:<none>"),
  );
  const candidates: string[] = [];
  for (const { Id } of usable.toSorted((a, b) => a.Size - b.Size)) {
    // Those of other platforms, which were perhaps built with an emulator once, cannot run now.
    if ((await inspectImage(engine, Id))?.Architecture === own.architecture) candidates.push(Id);
    if (candidates.length === 6) break;
  }
  return candidates;
}
