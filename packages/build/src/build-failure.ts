import type { Dockerfile, Instruction } from "@slipway/dockerfile";
import type { SourceRange } from "@slipway/errors";
import { BuildError, type BuildErrorCode } from "./build-error.ts";
import type { BuilderName } from "./build-event.ts";
import { locateStep } from "./locate-step.ts";

/** What is known of a build that failed. */
export interface FailureFacts {
  /** The engine's words. */
  readonly message: string;
  readonly dockerfile: string;
  readonly exitCode?: number | undefined;
  /** The failed step's name and the last lines that it printed. */
  readonly step?: string | undefined;
  readonly output?: readonly string[] | undefined;
  /** The Dockerfile, where its text is known, and whose names its steps have: they tell where the failure is. */
  readonly tree?: Dockerfile | undefined;
  readonly builder?: BuilderName | undefined;
}

interface Rule {
  readonly pattern: RegExp;
  readonly code: BuildErrorCode;
  readonly text: (match: RegExpExecArray, facts: FailureFacts) => string;
  readonly hint: (match: RegExpExecArray, facts: FailureFacts) => string;
}

const capture = (match: RegExpExecArray, index: number): string => match[index] ?? "";

const idOf = (match: RegExpExecArray): string => match.slice(1).find((id) => id !== undefined) ?? "default";

/** How both builders, of engines 20.10 to 28, word what a user can mend. The first rule that matches says what it is. */
const rules: readonly Rule[] = [
  {
    // Podman's is an exit status.
    pattern: /(?:exit code: |returned a non-zero code: |while running runtime: exit status )(\d+)/,
    code: "BUILD_FAILED",
    text: (match, { step }) => `${step ?? "a step"} ended with exit code ${capture(match, 1)}`,
    hint: (match) => exitHint(Number(capture(match, 1))),
  },
  {
    // An archive without a single entry is all zeros, which BuildKit takes for a Dockerfile's text.
    pattern: /unknown instruction: \0/,
    code: "BUILD_NO_DOCKERFILE",
    text: (_, { dockerfile }) => `the build context is empty, so it has no ${dockerfile}`,
    hint: () => "see that the context is the right folder",
  },
  {
    pattern: /dockerfile parse error (?:on )?line (\d+): (.*)/is,
    code: "BUILD_BAD_DOCKERFILE",
    text: (match, { dockerfile, tree }) =>
      tree ? capture(match, 2) : `${dockerfile}:${capture(match, 1)}: ${capture(match, 2)}`,
    hint: () => "correct that line of the Dockerfile",
  },
  {
    pattern: /^(?:failed to parse Dockerfile: )?file with no instructions|^the Dockerfile \(.*\) cannot be empty/,
    code: "BUILD_BAD_DOCKERFILE",
    text: (_, { dockerfile }) => `${dockerfile} has no instructions`,
    hint: () => "begin it with `FROM image`",
  },
  {
    pattern: /Cannot locate specified Dockerfile|failed to read dockerfile: .*no such file/is,
    code: "BUILD_NO_DOCKERFILE",
    text: (_, { dockerfile }) => `the build context has no ${dockerfile}`,
    hint: () => "add it, see that .dockerignore does not leave it out, or name another by the option `dockerfile`",
  },
  {
    pattern: /failed to reach build target (\S+) in Dockerfile|target stage "?([^\s"]+)"? could not be found/,
    code: "BUILD_NO_STAGE",
    text: (match, { dockerfile }) => `${dockerfile} has no stage ${capture(match, 1) || capture(match, 2)}`,
    hint: () => "give `target` the name of a stage, as in `FROM image AS name`",
  },
  {
    pattern: /invalid reference format|is not a valid repository\/tag/,
    code: "BUILD_BAD_OPTION",
    text: (_, { message }) => `the engine refuses a name for the image: ${message}`,
    hint: () => "give names as in registry.example/team/app:1.0: lower case, and at most one tag",
  },
  {
    pattern: /secret (\S+?):? not found/,
    code: "BUILD_NO_SECRET",
    text: (match, { step }) => `${step ?? "a step"} needs the secret ${capture(match, 1)}, which was not given`,
    hint: (match) => `give it by the option \`secrets\`, under the id ${capture(match, 1)}`,
  },
  {
    pattern: /no ssh handler for id (\S+)|no SSH key "([^"]*)" forwarded|unset ssh forward key (\S+)/,
    code: "BUILD_NO_SECRET",
    text: (match, { step }) => `${step ?? "a step"} needs the ssh agent ${idOf(match)}, which was not given`,
    hint: (match) => `give it by the option \`ssh\`, under the id ${idOf(match)}`,
  },
  {
    pattern: /requires BuildKit/,
    code: "BUILD_NEEDS_BUILDKIT",
    text: (_, { step, message }) => `${step ?? "the Dockerfile"}: ${message}`,
    hint: () => 'build with BuildKit, if the engine has it: the option `builder: "buildkit"`',
  },
  {
    pattern:
      /(?:COPY|ADD) failed: (?:file not found in build context.*?: )?(?:stat|lstat|no source files).*|"([^"]+)"(?: not found)?: not found/s,
    code: "BUILD_SOURCE_NOT_FOUND",
    text: (match, { step, message }) =>
      `${step ?? "COPY"}: ${match[1] === undefined ? message : `${match[1]} is not in the build context`}`,
    hint: () => "paths are relative to the context's root; see that the file exists and .dockerignore keeps it",
  },
  {
    pattern:
      /pull access denied|manifest unknown|manifest for .* not found|failed to (?:load metadata|resolve source metadata)|failed to do request|no such host|no match for platform|(?:Get|Head) "https?:[^"]*\/v2\/|no basic auth credentials|authorization failed|: not found$|unauthorized|repository .* not found/i,
    code: "BUILD_NO_BASE_IMAGE",
    text: (_, { step, message }) => `${imageOf(step)} is not on the engine and cannot be pulled: ${message}`,
    hint: () => "check the image's name and tag, the registry's reachability and the credentials",
  },
  {
    pattern: /(?:archive\/tar: |unexpected EOF|invalid tar header|Error processing tar file)/,
    code: "BUILD_BAD_CONTEXT",
    text: (_, { message }) => `the engine cannot read the build context: ${message}`,
    hint: () => "give a complete tar archive",
  },
];

/** The error for a build that failed, with what the engine said turned into what was wrong and what to do. */
export function buildFailure(facts: FailureFacts): BuildError {
  const known = knownFailure(facts);
  if (known) return known;
  const message = withoutPreamble(facts.message);
  return new BuildError("BUILD_FAILED", withOutput(facts.step ? `${facts.step}: ${message}` : message, facts), {
    step: facts.step,
    output: facts.output,
    exitCode: facts.exitCode,
    range: rangeOf(facts),
    hint: "the text above is the engine's own",
  });
}

/** The same for the failures that are known by their wording alone; undefined for others. */
export function knownFailure(facts: FailureFacts): BuildError | undefined {
  const message = withoutPreamble(facts.message);
  const details = { step: facts.step, output: facts.output };
  for (const { pattern, code, text, hint } of rules) {
    const match = pattern.exec(message);
    if (!match) continue;
    const exitCode = facts.exitCode ?? (code === "BUILD_FAILED" ? Number(match[1]) : undefined);
    const known = { ...facts, message };
    return new BuildError(code, withOutput(text(match, known), facts), {
      ...details,
      exitCode,
      range: rangeOf(facts),
      hint: hint(match, known),
    });
  }
  return undefined;
}

/** Where in the Dockerfile the failure is: at the line that the engine names, or at the step that failed. */
function rangeOf({ tree, builder, step, message }: FailureFacts): SourceRange | undefined {
  if (!tree) return undefined;
  const line = /dockerfile parse error (?:on )?line (\d+): /i.exec(message)?.[1];
  if (line !== undefined) return tree.instructions.find((one) => spans(one, Number(line)))?.range;
  return step === undefined || builder === undefined ? undefined : locateStep(tree, step, builder);
}

function spans({ range }: Instruction, line: number): boolean {
  return range.start.line <= line && line <= range.end.line;
}

function withoutPreamble(message: string): string {
  return message
    .trim()
    .replace(/^failed to solve(?: with frontend \S+)?: /, "")
    .replace(/^failed to create LLB definition: /, "");
}

/** The base image that a step is about, in words. */
function imageOf(step = ""): string {
  const name = /^\[internal\] load metadata for (\S+)/.exec(step) ?? /^\[[^\]]+\] FROM (?:--\S+ )*(\S+)/i.exec(step);
  return name?.[1] === undefined ? "a base image" : `the base image ${name[1]}`;
}

function withOutput(text: string, { output }: FailureFacts): string {
  return output?.length ? [text, ...output.map((line) => `  | ${line}`)].join("\n") : text;
}

function exitHint(exitCode: number): string {
  if (exitCode === 127) return "the command was not found: install it in an earlier step, or mind the PATH";
  if (exitCode === 126) return "the file is there but cannot be executed: mind its mode, its #! line and the platform";
  if (exitCode === 137) return "the command was killed, most often because memory ran out";
  return "the command's last output says why; run it in a container of the step before to look around";
}
