import type { Problem } from "@slipway/errors";
import type { DialectRules } from "./dialect.ts";
import type { DockerfileErrorCode } from "../dockerfile-error.ts";
import { expand } from "../expansion/expand.ts";
import { readArgs } from "../syntax/pairs.ts";
import { ExpansionProblem } from "../expansion/pattern.ts";
import { platformArgs } from "./platform-args.ts";
import type { StagesOptions } from "./stages-options.ts";
import type { Dockerfile, Instruction } from "../syntax/tree.ts";

/** The values of the ARGs above the first FROM, and of the platform arguments. FROM sees them; stages that declare them do. */
export function readGlobals(
  instructions: readonly Instruction[],
  tree: Dockerfile,
  options: StagesOptions,
  rules: DialectRules,
  problems: Problem<DockerfileErrorCode>[],
): ReadonlyMap<string, string> {
  const buildArgs = options.buildArgs ?? {};
  const given = (name: string): string | undefined => (Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined);
  const globals = new Map<string, string>();
  if (rules.platformArgs) {
    for (const [name, value] of Object.entries(platformArgs(options.platform, options.target))) {
      if (name === "TARGETSTAGE" && !rules.targetStage) continue;
      globals.set(name, given(name) ?? value);
    }
  }
  for (const { keyword, args, range } of instructions) {
    if (keyword !== "ARG") {
      const message = `${keyword} stands before the first FROM`;
      problems.push({ code: "DOCKERFILE_NO_STAGE", message, hint: "only ARG may; begin with FROM", range });
      continue;
    }
    const read = readArgs(args, tree.escape);
    if ("problem" in read) {
      problems.push({ code: "DOCKERFILE_BAD_ARGUMENTS", message: read.problem, range });
      continue;
    }
    const settings: (readonly [string, string | undefined])[] = [];
    const apply = (): void => {
      for (const [name, value] of settings.splice(0)) {
        if (value !== undefined) globals.set(name, value);
        else if (rules.bareGlobalUnsets) globals.delete(name);
      }
    };
    for (const { name, value } of read.pairs) {
      const set =
        given(name) ??
        valueOf(value, globals, tree.escape, rules, (message) =>
          problems.push({ code: "DOCKERFILE_BAD_EXPANSION", message, range }),
        );
      settings.push([name, set]);
      if (rules.globalSeesItsLine) apply();
    }
    apply();
  }
  return globals;
}

function valueOf(
  written: string | undefined,
  globals: ReadonlyMap<string, string>,
  escape: string,
  rules: DialectRules,
  onProblem: (message: string) => unknown,
): string | undefined {
  if (written === undefined) return undefined;
  try {
    return expand(written, (name) => globals.get(name), escape, { colonOnly: rules.colonOnly });
  } catch (error) {
    if (!(error instanceof ExpansionProblem)) throw error;
    if (!rules.lenientGlobals) onProblem(error.message);
    return "";
  }
}
