import { rebuildRequest } from "@slipway/sti";
import { Command } from "commander";
import { withEngine } from "../command-context.ts";
import type { Io } from "../io.ts";
import { reasonLast } from "../reason-last.ts";
import { runStiBuild } from "./sti-build.ts";

/** `slipway sti rebuild`: an image again, as its labels say. */
export function stiRebuildCommand(io: Io): Command {
  return new Command("rebuild")
    .description("build an image again from what its labels say")
    .argument("<image>", "an image that was built by `slipway sti build`")
    .argument("[tag]", "another name for the new image")
    .option("--clean", "without artifacts of the image that has the tag now")
    .option("--json", "print the result as JSON")
    .action((image: string, tag: string | undefined, options: { clean?: boolean; json?: boolean }) =>
      reasonLast(io, async () => {
        const request = await withEngine(io, (engine) => rebuildRequest(image, { engine, signal: io.signal }));
        const rest = { tag: tag ?? request.tag, clean: options.clean ?? false, signal: io.signal };
        await runStiBuild(io, { ...request, ...rest }, options.json ?? false);
      }),
    );
}
