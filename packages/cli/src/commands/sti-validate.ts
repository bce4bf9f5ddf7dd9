import { StiError, validate } from "@slipway/sti";
import { Command } from "commander";
import type { Io } from "../io.ts";
import { reasonLast } from "../reason-last.ts";
import { withStiEngine } from "../sti-engine.ts";
import { follow, StiReport } from "../sti-report.ts";

interface StiValidateOptions {
  readonly incremental?: boolean;
  readonly runtime?: string;
  readonly url?: string;
  readonly debug?: boolean;
  readonly json?: boolean;
}

/** `slipway sti validate`: whether images can be used for builds. */
export function stiValidateCommand(io: Io): Command {
  return new Command("validate")
    .description("tell whether an image can be used as a builder")
    .argument("<image>", "the builder image")
    .option("-I, --incremental", "also for incremental builds")
    .option("-R, --runtime <image>", "also this runtime image, for extended builds")
    .option("-U, --url <url>", "where the engine answers: unix:///var/run/docker.sock (as docker finds it)")
    .option("--debug", "say in detail what is found")
    .option("--json", "print the result as JSON")
    .action((baseImage: string, options: StiValidateOptions) =>
      reasonLast(io, async () => {
        const { incremental, runtime: runtimeImage } = options;
        const result = await withStiEngine(io, options.url, async (engine) => {
          const run = validate({
            baseImage,
            runtimeImage,
            incremental,
            debug: options.debug,
            engine,
            signal: io.signal,
          });
          const report = new StiReport(io.stderr);
          return follow(run, report);
        });
        if (options.json) io.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
        else if (result.success) for (const message of result.messages) io.stdout.write(`${message}\n`);
        const error = StiError.of(
          result.success ? [] : result.messages.map((message) => ({ code: "STI_INVALID_IMAGE", message })),
        );
        if (error) throw error;
      }),
    );
}
