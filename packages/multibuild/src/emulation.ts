import {
  type EmulationPlan,
  type EmulatorRegistration,
  loadEmulator,
  type LoadedEmulator,
  normalizePlatform,
  planEmulation,
  registerEmulator,
} from "@slipway/emulate";
import { isSlipwayError } from "@slipway/errors";
import { describeEngine, type Engine } from "@slipway/transport";
import type { BuildTask } from "./build-task.ts";
import { EmulatedTask } from "./emulated-task.ts";
import type { LocalImage } from "./local-image.ts";
import { MultibuildError } from "./multibuild-error.ts";
import type { ServiceEvent } from "./service-event.ts";
import { buildArgsOf } from "./task-build-options.ts";

/** How programs of another platform than the engine's are to be run. */
export interface EmulationOptions {
  /** A static qemu-user binary on this machine. Default: that of the PATH. */
  readonly emulator?: string | undefined;
  readonly sha256?: string | undefined;
  /** Whether it may be registered with the engine's kernel while the build goes on. Default: no. */
  readonly register?: boolean | undefined;
}

/** What a build of a project is given. */
export interface EmulationContext {
  readonly engine: Engine;
  /** What is built for. */
  readonly platform: string;
  /** Whether BuildKit may build. */
  readonly buildkit: boolean | undefined;
  readonly options: EmulationOptions;
  /** Given to all builds, over their own. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Lets tasks be built for other platforms, and cleans up behind them. */
export class Emulation {
  readonly #context: EmulationContext;
  readonly #undo: (() => Promise<void>)[] = [];
  readonly #emulated = new Map<string, EmulatedTask>();
  #plan: EmulationPlan | undefined;

  constructor(context: EmulationContext) {
    this.#context = context;
  }

  /** Changes what is needed for tasks to be built for the architecture that was asked for. */
  async prepare(tasks: readonly BuildTask[]): Promise<void> {
    const { engine, buildkit, options, signal } = this.#context;
    const platform = knownPlatform(this.#context.platform);
    const own = tasks.filter(
      (task) =>
        !task.external &&
        task.buildStream &&
        [undefined, platform].includes(task.dockerPlatform ?? task.dockerOpts?.platform),
    );
    if (platform === undefined || own.length === 0) return;
    const plan = await planEmulation(engine, platform, { ...options, buildkit, signal });
    this.#plan = plan;
    if (plan.way === "none" || plan.way === "native") return;
    for (const task of own) task.dockerOpts = { ...task.dockerOpts, platform };
    const { emulator } = plan;
    if (emulator === undefined) return;
    const { sha256 } = options;
    if (plan.way === "register") {
      const registered: EmulatorRegistration = await registerEmulator(engine, platform, { emulator, sha256, signal });
      this.#undo.push(() => registered.undo());
      return;
    }
    const loaded: LoadedEmulator = await loadEmulator(engine, platform, { emulator, sha256, signal });
    this.#undo.push(() => loaded.remove());
    const { os, architecture } = await describeEngine(engine, { signal });
    const way = plan.way === "copy" ? "copy" : "mount";
    for (const task of own) {
      const buildArgs = buildArgsOf(task, { buildArgs: this.#context.buildArgs });
      const how = { ...loaded.options, way, buildArgs, buildPlatform: `${os}/${architecture}` } as const;
      this.#emulated.set(task.serviceName, await EmulatedTask.transpose(task, how, { engine, signal }));
    }
  }

  /** An event as it would be without the transposition. */
  restore({ service, event }: ServiceEvent): ServiceEvent {
    if (event.type === "end") return { service, event: { ...event, image: this.explained(event.image) } };
    const emulated = this.#emulated.get(service);
    return { service, event: emulated ? emulated.event(event) : event };
  }

  /** An image as it would be without the transposition, or its failure with what it comes from. */
  explained(image: LocalImage): LocalImage {
    const { error } = image;
    const emulated = this.#emulated.get(image.serviceName);
    if (emulated) return emulated.image(image);
    const plan = this.#plan;
    if (plan?.way !== "none" || !isSlipwayError(error) || !isForeignProgram(error)) return image;
    const message = `${error.message}: ${plan.reason}`;
    return {
      ...image,
      error: new MultibuildError("MULTIBUILD_NO_EMULATION", message, { cause: error, hint: plan.hint }),
    };
  }

  async close(): Promise<void> {
    for (const undo of this.#undo.splice(0).toReversed()) await undo();
  }
}

/** An architecture that only the project's own resolvers know is nothing to emulate. */
function knownPlatform(architecture: string): string | undefined {
  try {
    return normalizePlatform(architecture);
  } catch (error) {
    if (isSlipwayError(error, "EMULATE_UNKNOWN_PLATFORM")) return undefined;
    throw error;
  }
}

/** The kernel's words for a program of another processor; or there is a base image, but of another platform. */
function isForeignProgram(error: {
  readonly code: string;
  readonly message: string;
  readonly output?: unknown;
}): boolean {
  if (error.code === "BUILD_NO_BASE_IMAGE") return true;
  const output = Array.isArray(error.output) ? error.output.join("\n") : error.output;
  return /exec format error/i.test(typeof output === "string" ? `${error.message} ${output}` : error.message);
}
