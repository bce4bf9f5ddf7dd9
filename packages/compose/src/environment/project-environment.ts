import type { Lookup } from "../interpolation/substitute.ts";
import { resolvePath } from "../paths/posix-path.ts";
import { type PipelineContext, requireFile } from "../pipeline/pipeline-context.ts";
import type { ProblemList } from "../problem-list.ts";
import { environmentOf } from "./environment-of.ts";

/** What a project's variables come from. */
export interface EnvironmentInput {
  /** The project's folder. */
  readonly directory: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Whether the project's `.env` is read. */
  readonly readsDotenv: boolean;
  /** Read instead of `.env`, later ones over earlier ones. */
  readonly envFiles?: readonly string[] | undefined;
}

/** The variables of the process over those of the project's `.env`. */
export function projectEnvironment(input: EnvironmentInput, context: PipelineContext): ReadonlyMap<string, string> {
  const listed = input.environment.get("COMPOSE_ENV_FILES") || undefined;
  const envFiles = input.envFiles ?? listed?.split(",");
  if (envFiles) return new Map([...givenVariables(envFiles, input, context), ...input.environment]);
  if (!input.readsDotenv || isSwitchedOff(input.environment, context.problems)) return input.environment;
  const path = resolvePath(input.directory, ".env");
  const answer = context.files.read(path);
  if (typeof answer !== "object") return input.environment;
  const own = environmentOf(answer.text, path, (key) => input.environment.get(key), context);
  return new Map([...own, ...input.environment]);
}

/** Whether the environment says that no `.env` is read. */
function isSwitchedOff(environment: EnvironmentInput["environment"], problems: ProblemList): boolean {
  const said = environment.get("COMPOSE_DISABLE_ENV_FILE") || "0";
  if (/^(?:1|t|true)$/i.test(said)) return true;
  if (!/^(?:0|f|false)$/i.test(said)) {
    problems.error("COMPOSE_BAD_VALUE", `COMPOSE_DISABLE_ENV_FILE is \`${said}\`, which is neither true nor false`);
  }
  return false;
}

function givenVariables(
  envFiles: readonly string[],
  { directory, environment }: EnvironmentInput,
  context: PipelineContext,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const earlier: Lookup = (key) => variables.get(key);
  for (const file of envFiles) {
    const path = resolvePath(directory, file);
    const text = requireFile(path, { path: undefined, span: undefined, what: "env file" }, context);
    if (text === undefined) continue;
    for (const [key, value] of environmentOf(text, path, (name) => environment.get(name), context, { earlier })) {
      variables.set(key, value);
    }
  }
  return variables;
}
