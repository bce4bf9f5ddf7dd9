import { Command } from "commander";
import type { Io } from "../io.ts";
import { stiBuildCommand } from "./sti-build.ts";
import { stiCreateCommand } from "./sti-create.ts";
import { stiRebuildCommand } from "./sti-rebuild.ts";
import { stiValidateCommand } from "./sti-validate.ts";

/** `slipway sti`: images from sources and builder images. */
export function stiCommand(io: Io): Command {
  const command = new Command("sti").description("make images from application sources and builder images");
  for (const make of [stiBuildCommand, stiRebuildCommand, stiValidateCommand, stiCreateCommand]) {
    command.addCommand(make(io));
  }
  return command;
}
