import { describeEngine, type Dockerode, type Engine, toEngine } from "@slipway/transport";
import { normalizePlatform } from "./architecture.ts";
import { chooseEmulation, type EmulationChoice, type EmulationFacts } from "./choose-emulation.ts";
import { detectEmulation } from "./detect-emulation.ts";
import { findEmulator } from "./find-emulator.ts";
import { loadEmulator } from "./load-emulator.ts";

/** What a plan may use. */
export interface PlanEmulationOptions {
  /** A static qemu-user binary on this machine. Default: that of the PATH. */
  readonly emulator?: string | undefined;
  readonly sha256?: string | undefined;
  /** Whether it may be registered with the engine's kernel, for all its containers. Default: no. */
  readonly register?: boolean | undefined;
  /** Whether BuildKit builds. Default: if the engine has it. */
  readonly buildkit?: boolean | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** For what is made for a moment. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a build for a platform is done here. */
export interface EmulationPlan extends EmulationChoice {
  /** `linux/arm/v7` */
  readonly platform: string;
  /** Of `register`, `mount` and `copy`. */
  readonly emulator?: string | undefined;
}

/**
 * Finds the best way to build for a platform on an engine, and says why it is that one. Nothing is left changed. The order:
 * natively or by binfmt; by registering an emulator, if that is allowed; with BuildKit's mount; with a COPY.
 *
 * @throws {EmulateError} EMULATE_UNKNOWN_PLATFORM, EMULATE_NO_EMULATOR for one that was named
 */
export async function planEmulation(
  handle: Engine | Dockerode,
  platform: string,
  options: PlanEmulationOptions = {},
): Promise<EmulationPlan> {
  const engine = toEngine(handle);
  const { labels, signal } = options;
  const wanted = normalizePlatform(platform);
  const detected = await detectEmulation(engine, wanted, { labels, signal });
  const emulator = options.emulator ?? (await findEmulator(wanted, options.environment));
  const register = options.register ?? false;
  const isAsked = detected === "none" && emulator !== undefined && !register;
  const facts: EmulationFacts = {
    platform: wanted,
    detected,
    buildkit: options.buildkit ?? (await describeEngine(engine, { signal })).buildkit,
    register,
    emulator,
    knowsExecve: isAsked && (await knowsExecve(engine, wanted, emulator, options)),
  };
  const choice = chooseEmulation(facts);
  const isUsed = choice.way === "register" || choice.way === "mount" || choice.way === "copy";
  return { ...choice, platform: wanted, ...(isUsed ? { emulator } : {}) };
}

async function knowsExecve(
  engine: Engine,
  platform: string,
  emulator: string,
  { sha256, labels, signal }: PlanEmulationOptions,
): Promise<boolean> {
  const loaded = await loadEmulator(engine, platform, { emulator, sha256, labels, signal });
  await loaded.remove();
  return loaded.knowsExecve;
}
