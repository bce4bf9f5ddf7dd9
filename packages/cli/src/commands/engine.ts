import { detectEmulations, type Emulation } from "@slipway/emulate";
import { isSlipwayError } from "@slipway/errors";
import { connect, type Engine, describeEngine, type EngineDescription } from "@slipway/transport";
import { Command } from "commander";
import type { Io } from "../io.ts";

/** `slipway engine`: which engine, where it was found, and what it can do. */
export function engineCommand(io: Io): Command {
  return new Command("engine")
    .description("show which engine is used, where it was found, and what it can do")
    .option("--json", "print as JSON")
    .action(async (options: { json?: boolean }) => {
      const engine = await connect({ environment: io.env, signal: io.signal });
      try {
        const description = await describeEngine(engine, { signal: io.signal });
        const emulation = await emulationOf(engine, io);
        const all = { ...description, emulation };
        io.stdout.write(options.json ? `${JSON.stringify(all, undefined, 2)}\n` : asText(description, emulation));
      } finally {
        engine.close();
      }
    });
}

/** How each platform runs there, or why that can't be told: the engine need not let anybody run a program. */
async function emulationOf(engine: Engine, io: Io): Promise<Readonly<Record<string, Emulation>> | string> {
  try {
    return Object.fromEntries(await detectEmulations(engine, undefined, { signal: io.signal }));
  } catch (error) {
    io.signal.throwIfAborted();
    if (isSlipwayError(error)) return error.message;
    throw error;
  }
}

const how: Readonly<Record<Emulation, string>> = {
  native: "natively",
  binfmt: "by the kernel's emulator (binfmt)",
  none: "not at all; by transposition, with an emulator that knows -execve",
};

function emulationText(emulation: Readonly<Record<string, Emulation>> | string): string[] {
  if (typeof emulation === "string") return [`not known: ${emulation}`];
  return Object.entries(how).flatMap(([state, text]) => {
    const platforms = Object.keys(emulation).filter((platform) => emulation[platform] === state);
    return platforms.length === 0 ? [] : [`${platforms.join(", ")}: ${text}`];
  });
}

function asText(engine: EngineDescription, emulation: Readonly<Record<string, Emulation>> | string): string {
  const rows: [string, string][] = [
    ["engine", `${engine.kind} ${engine.version} (API ${engine.apiVersion})`],
    ["host", `${engine.host}, from ${engine.source}`],
    ["builder", engine.buildkit ? "BuildKit" : "classic"],
    ...emulationText(emulation).map((text, i): [string, string] => [i === 0 ? "platforms" : "", text]),
    ["storage", `${engine.storageDriver}${engine.rootless ? ", rootless" : ""}`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join("");
}
