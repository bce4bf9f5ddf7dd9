import { dependencyGraph, type Project, toJson, toMermaid, toYaml, withoutUnused, writeYaml } from "@slipway/compose";
import { toBalena } from "@slipway/compose/balena";
import { Command, Option } from "commander";
import { loadFor, projectPlace } from "../command-context.ts";
import type { Io } from "../io.ts";
import { loadProjectDocument } from "../load-project.ts";
import { printWarnings } from "../print-error.ts";
import { collect, type ProjectOptions, withProjectOptions } from "./project-options.ts";

interface ConfigOptions extends ProjectOptions {
  readonly envFile?: string[];
  readonly target?: "balena";
  readonly format: "yaml" | "json";
  readonly services?: boolean;
  readonly images?: boolean;
  readonly volumes?: boolean;
  readonly graph?: boolean;
  readonly interpolate: boolean;
}

/** `slipway config`: what the compose files of a project come to. */
export function configCommand(io: Io): Command {
  return withProjectOptions(new Command("config"))
    .description("print what a project's compose files come to, or what is wrong in them")
    .option("--env-file <file>", "variables instead of those of .env; may be given several times", collect)
    .addOption(new Option("--target <target>", "check and convert for a kind of device").choices(["balena"]))
    .addOption(new Option("--format <format>", "how to print").choices(["yaml", "json"]).default("yaml"))
    .addOption(
      new Option("--services", "print the services' names, a line each").conflicts(["images", "volumes", "graph"]),
    )
    .addOption(new Option("--images", "print the images' names, a line each").conflicts(["volumes", "graph"]))
    .addOption(new Option("--volumes", "print the volumes' names, a line each").conflicts("graph"))
    .option("--graph", "print which service needs which as a Mermaid graph")
    .addOption(
      new Option("--no-interpolate", "print the files as one, with their variables as they are written").conflicts([
        "target",
        "images",
        "volumes",
        "graph",
      ]),
    )
    .action(async (directory: string, options: ConfigOptions, command: Command) => {
      const place = command.args.length > 0 ? directory : undefined;
      const text = options.interpolate ? await config(io, place, options) : await merged(io, place, options);
      io.stdout.write(text);
    });
}

async function config(io: Io, directory: string | undefined, options: ConfigOptions): Promise<string> {
  const loaded = await loadFor(io, directory, options);
  const project = options.target === "balena" ? toBalena(loaded.project, { locate: loaded.locate }) : loaded.project;
  if (options.services) return lines(Object.keys(project.services));
  if (options.images) return lines(Object.values(project.services).map((service) => imageOf(project, service)));
  if (options.volumes) return lines(Object.keys(withoutUnused(project).volumes));
  if (options.graph) return toMermaid(dependencyGraph(project));
  return options.format === "json" ? json(toJson(project)) : toYaml(withoutUnused(project));
}

async function merged(io: Io, directory: string | undefined, options: ConfigOptions): Promise<string> {
  const { document, warnings } = await loadProjectDocument(projectPlace(io, directory, options));
  printWarnings(warnings, io);
  // Which profiles are active may depend on variables, so that these are all.
  if (options.services) return lines(Object.keys(document["services"] ?? {}));
  return options.format === "json" ? json(document) : writeYaml(document);
}

function imageOf(project: Project, { name, image }: Project["services"][string]): string {
  return image ?? `${project.name}-${name}`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function lines(texts: readonly string[]): string {
  return [...new Set(texts)].map((text) => `${text}\n`).join("");
}
