import { rebuildRequest } from "@slipway/sti";
import { Command } from "commander";
import type { Io } from "../io.ts";
import { reasonLast } from "../reason-last.ts";
import { OptionProblems } from "../option-problems.ts";
import { withStiEngine } from "../sti-engine.ts";
import { collect } from "./project-options.ts";
import { runStiBuild, secretsOf } from "./sti-build.ts";

interface StiRebuildOptions {
  readonly clean?: boolean;
  readonly secret?: string[];
  readonly url?: string;
  readonly json?: boolean;
}

/** `slipway sti rebuild`: an image again, as its labels say. */
export function stiRebuildCommand(io: Io): Command {
  return new Command("rebuild")
    .description("build an image again from what its labels say")
    .argument("<image>", "an image that was built by `slipway sti build`")
    .argument("[tag]", "another name for the new image")
    .option("--clean", "without artifacts of the image that has the tag now")
    .option("--secret <id=…,src=…>", "a file for prepare only: id=ID,src=FILE or id=ID,env=NAME", collect)
    .option("-U, --url <url>", "where the engine answers: unix:///var/run/docker.sock (as docker finds it)")
    .option("--json", "print the result as JSON")
    .action((image: string, tag: string | undefined, options: StiRebuildOptions) =>
      reasonLast(io, async () => {
        const problems = new OptionProblems();
        const secrets = secretsOf(io, options.secret, problems);
        problems.throwIfAny();
        const request = await withStiEngine(io, options.url, (engine) =>
          rebuildRequest(image, { engine, signal: io.signal }),
        );
        const rest = {
          tag: tag ?? request.tag,
          clean: options.clean ?? false,
          ...(secrets ? { secrets } : {}),
          signal: io.signal,
        };
        await runStiBuild(io, { ...request, ...rest }, options);
      }),
    );
}
