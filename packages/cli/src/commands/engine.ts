import { connect, describeEngine, type EngineDescription } from "@slipway/transport";
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
        io.stdout.write(options.json ? `${JSON.stringify(description, undefined, 2)}\n` : asText(description));
      } finally {
        engine.close();
      }
    });
}

function asText(engine: EngineDescription): string {
  const rows: [string, string][] = [
    ["engine", `${engine.kind} ${engine.version} (API ${engine.apiVersion})`],
    ["host", `${engine.host}, from ${engine.source}`],
    ["builder", engine.buildkit ? "BuildKit" : "classic"],
    ["platforms", engine.platforms.join(", ")],
    ["storage", `${engine.storageDriver}${engine.rootless ? ", rootless" : ""}`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join("");
}
