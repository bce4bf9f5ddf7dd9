import type { BuildErrorCode } from "./build-error.ts";
import type { FailureFacts } from "./build-failure.ts";

/** One kind of failure, and how it is told. */
export interface FailureRule {
  readonly pattern: RegExp;
  /** Whether it applies; without, wherever the pattern does. */
  readonly when?: (facts: FailureFacts) => boolean;
  readonly code: BuildErrorCode;
  readonly text: (match: RegExpExecArray, facts: FailureFacts) => string;
  readonly hint: (match: RegExpExecArray, facts: FailureFacts) => string;
}

const capture = (match: RegExpExecArray, index: number): string => match[index] ?? "";

const idOf = (match: RegExpExecArray): string => match.slice(1).find((id) => id !== undefined) ?? "default";

/** How both builders, of engines 20.10 to 28, word what a user can mend. The first rule that matches says what it is. */
export const failureRules: readonly FailureRule[] = [
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
    text: (match, { dockerfile, known }) =>
      known ? capture(match, 2) : `${dockerfile}:${capture(match, 1)}: ${capture(match, 2)}`,
    hint: () => "correct that line of the Dockerfile",
  },
  {
    pattern:
      /^(?:failed to parse Dockerfile: )?file with no instructions|^the Dockerfile (?:\(.*\) )?cannot be empty|no stages to build|^no contents in "/,
    code: "BUILD_BAD_DOCKERFILE",
    text: (_, { dockerfile }) => `${dockerfile} has no instructions`,
    hint: () => "begin it with `FROM image`",
  },
  {
    pattern: /no build stage in current context|^no FROM statement found/,
    code: "BUILD_BAD_DOCKERFILE",
    text: (_, { dockerfile }) => `${dockerfile} has an instruction before its first FROM`,
    hint: () => "begin it with `FROM image`; only ARG may come before",
  },
  {
    pattern: /base name \((.*)\) should not be blank/,
    code: "BUILD_BAD_DOCKERFILE",
    text: (match) => `the base image ${capture(match, 1)} is empty once its variables are filled in`,
    hint: () => "give the variable by `buildArgs`, or a default to its ARG before the first FROM",
  },
  {
    // Podman's.
    pattern: /Unknown instruction: "(\S+)"/,
    code: "BUILD_BAD_DOCKERFILE",
    text: (match) => `unknown instruction: ${capture(match, 1)}`,
    hint: () => "correct that line of the Dockerfile",
  },
  {
    pattern:
      /Cannot locate specified Dockerfile|failed to read dockerfile: .*(?:no such file|is a directory)|^stat \S*\/libpod_builder\S*: no such file|reading Dockerfile: .*is a directory/is,
    code: "BUILD_NO_DOCKERFILE",
    text: (_, { dockerfile }) => `the build context has no ${dockerfile}`,
    hint: () => "add it, see that .dockerignore does not leave it out, or name another by the option `dockerfile`",
  },
  {
    pattern:
      /failed to reach build target (\S+) in Dockerfile|target stage "?([^\s"]+)"? could not be found|The target "([^"]+)" was not found/,
    code: "BUILD_NO_STAGE",
    text: (match, { dockerfile }) => `${dockerfile} has no stage ${match.slice(1).find((name) => name !== undefined)}`,
    hint: () => "give `target` the name of a stage, as in `FROM image AS name`",
  },
  {
    pattern:
      /(?:failed to parse stage name "(.*?)": |invalid from flag value (\S+): )?(invalid reference format.*|repository name must be lowercase)/s,
    when: ({ step, message }) => step !== undefined || message.includes("failed to parse stage name"),
    code: "BUILD_BAD_DOCKERFILE",
    text: (match, { step }) => {
      const name = match[1] ?? match[2];
      return `${step === undefined ? "" : `${step}: `}${name === undefined ? "" : `\`${name}\`: `}${capture(match, 3)}`;
    },
    hint: () => "name images as in registry.example/team/app:1.0: lower case, and at most one tag",
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
    // BuildKit of 20.10 says it of a path in a stage or an image by where it has that mounted.
    pattern:
      /(?:COPY|ADD) failed: (?:file not found in build context.*?: )?(?:stat|lstat|no source files).*|"([^"]+)"(?: not found)?: not found|(?:lstat|copier: stat:) (?:\/\S*\/merged)?"?(\/[^\s":]*)"?: no such file/s,
    when: ({ step }) => step === undefined || /^(?:\[[^\]]*\] )?(?:COPY|ADD)\b/i.test(step),
    code: "BUILD_SOURCE_NOT_FOUND",
    text: (match, { step = "COPY", message }) => {
      const name = match[1] ?? match[2];
      return `${step}: ${name === undefined ? message : `${name} is not in ${sourceOf(step) ?? "the build context"}`}`;
    },
    hint: (_, { step = "" }) =>
      sourceOf(step) === undefined
        ? "paths are relative to the context's root; see that the file exists and .dockerignore keeps it"
        : "paths are those of that stage or image; see what it has there",
  },
  {
    pattern:
      /pull access denied|manifest unknown|manifest for .* not found|failed to (?:load metadata|resolve source metadata)|failed to do request|no such host|no match for platform|(?:Get|Head) "https?:[^"]*\/v2\/|no basic auth credentials|authorization failed|: not found$|unauthorized|repository .* not found|no stage or image found with that name/i,
    code: "BUILD_NO_BASE_IMAGE",
    text: (_, { step, message, platform }) =>
      `${imageOf(step)} is not on the engine${platform ? ` for ${platform}` : ""} and cannot be pulled: ${message}`,
    hint: () => "check the image's name and tag, the registry's reachability and the credentials",
  },
  {
    pattern: /(?:archive\/tar: |unexpected EOF|invalid tar header|Error processing tar file)/,
    code: "BUILD_BAD_CONTEXT",
    text: (_, { message }) => `the engine cannot read the build context: ${message}`,
    hint: () => "give a complete tar archive",
  },
];

/** What a step takes its files from, where that isn't the context. */
function sourceOf(step: string): string | undefined {
  return /\s--from=(\S+)/.exec(step)?.[1];
}

/** The image that a step is about, in words. */
function imageOf(step = ""): string {
  const frontend = /^resolve image config for (\S+)/.exec(step)?.[1];
  if (frontend !== undefined) return `the Dockerfile's frontend ${frontend}`;
  const name =
    /^\[internal\] load metadata for (\S+)/.exec(step) ?? /^(?:\[[^\]]+\] )?FROM (?:--\S+ )*(\S+)/i.exec(step);
  return name?.[1] === undefined ? "a base image" : `the base image ${name[1]}`;
}

function exitHint(exitCode: number): string {
  if (exitCode === 127) return "the command was not found: install it in an earlier step, or mind the PATH";
  if (exitCode === 126) return "the file is there but cannot be executed: mind its mode, its #! line and the platform";
  if (exitCode === 137) return "the command was killed, most often because memory ran out";
  return "the command's last output says why; run it in a container of the step before to look around";
}
