import { detectEmulation, findEmulator, normalizePlatform, registerEmulator } from "@slipway/emulate";
import { isSlipwayError } from "@slipway/errors";
import type { Engine, EngineDescription } from "@slipway/transport";
import type { BuildRequest } from "./request.ts";
import { StiError } from "./sti-error.ts";
import type { Emit } from "./sti-event.ts";

/**
 * Runs `work` once the engine can run programs of the request's platform. Scripts run in containers too, between builds,
 * so that its kernel has to know an emulator; one that may be registered for it is gone afterwards.
 * @throws StiError STI_NOT_SUPPORTED with what would help, STI_BAD_REQUEST
 */
export async function withPlatform<Result>(
  engine: Engine,
  described: EngineDescription,
  request: BuildRequest,
  emit: Emit,
  work: () => Promise<Result>,
): Promise<Result> {
  const { labels, signal, emulation = {} } = request;
  if (request.platform === undefined) return work();
  const platform = known(request.platform);
  if (platform === known(`${described.os}/${described.architecture}`)) return work();
  if ((await detectEmulation(engine, platform, { labels, signal })) !== "none") return work();
  const emulator = emulation.register ? (emulation.emulator ?? (await findEmulator(platform))) : undefined;
  if (emulator === undefined) {
    const missing = emulation.register ? ", and no emulator to register was found on this machine" : "";
    throw new StiError("STI_NOT_SUPPORTED", `the engine does not run programs of ${platform}${missing}`, {
      hint: emulation.register
        ? "install one (Debian: apt install qemu-user-static), or name its file"
        : "register an emulator on the engine's machine (Debian: apt install qemu-user-static), or have it done for the build",
    });
  }
  emit({ type: "stage", stage: "images", message: `registering ${emulator} with the engine's kernel` });
  const { sha256 } = emulation;
  const registration = await registerEmulator(engine, platform, { emulator, sha256, labels, signal });
  try {
    return await work();
  } finally {
    await registration.undo();
  }
}

function known(platform: string): string {
  try {
    return normalizePlatform(platform);
  } catch (cause) {
    if (!isSlipwayError(cause, "EMULATE_UNKNOWN_PLATFORM")) throw cause;
    throw new StiError("STI_BAD_REQUEST", cause.message, { cause, hint: cause.hint ?? "linux/arm64 and the like" });
  }
}
