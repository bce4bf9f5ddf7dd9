import type { SourceRange } from "@slipway/errors";
import type { ImageHealthcheck } from "./image-config.ts";
import type { StepState } from "./step-state.ts";
import type { Source } from "./source.ts";
import type { Instruction } from "../syntax/tree.ts";

/** What all steps have. */
export interface StepBase {
  /** In its stage. */
  readonly index: number;
  /** The instruction as written, on one line. */
  readonly text: string;
  readonly range: SourceRange;
  /** What it was read from. */
  readonly instruction: Instruction;
  /** Whether it is the base's ONBUILD that does it: it stands in no line of this file, and its range is FROM's. */
  readonly isTriggered: boolean;
  /** What is in force when it runs. */
  readonly before: StepState;
}

/** A file that stands in the Dockerfile. */
export interface InlineFile {
  readonly name: string;
  /** As it will be: tabs taken off, variables expanded where they are to be. */
  readonly content: string;
}

/** A command, in shell or exec form. */
export interface Invocation {
  readonly form: "shell" | "exec";
  /** Exec form's list, or the shell in force and the command. */
  readonly argv: readonly string[];
}

/** `--mount` of a RUN. */
export interface Mount {
  readonly type: "bind" | "cache" | "tmpfs" | "secret" | "ssh";
  readonly target?: string;
  readonly source?: string;
  readonly from?: Source;
  /** All its options, as written. */
  readonly options: Readonly<Record<string, string>>;
}

export interface RunStep extends StepBase, Invocation {
  readonly kind: "run";
  /**
   * Shell form: what the shell gets. A command that is nothing but one here-document is that document's text; others get
   * their here-documents as written. Exec form: empty.
   */
  readonly command: string;
  /** What its process finds: ENV and ARG, the one that is in force, and the proxy arguments that were given. */
  readonly environment: Readonly<Record<string, string>>;
  /** A sole here-document that names its interpreter: it is run as this file, and `argv` is the file's path. */
  readonly script?: InlineFile;
  readonly mounts: readonly Mount[];
  readonly network?: string;
  readonly security?: string;
}

export interface CopyStep extends StepBase {
  readonly kind: "copy" | "add";
  /** Expanded; here-documents are apart. */
  readonly sources: readonly string[];
  readonly heredocs: readonly InlineFile[];
  /** Expanded and joined to the working folder; a slash at its end is kept. Relative only where that isn't known. */
  readonly destination: string;
  readonly from?: Source;
  readonly chown?: string;
  readonly chmod?: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly exclude: readonly string[];
  readonly checksum?: string;
  readonly keepGitDir?: boolean;
}

export interface CommandStep extends StepBase, Invocation {
  readonly kind: "cmd" | "entrypoint";
}

export interface PairsStep extends StepBase {
  readonly kind: "env" | "label" | "arg";
  readonly pairs: readonly (readonly [name: string, value: string | undefined])[];
}

export interface WorkdirStep extends StepBase {
  readonly kind: "workdir";
  /** Joined to the one before. */
  readonly path: string;
  /** Expanded, not joined. */
  readonly value: string;
}

export interface UserStep extends StepBase {
  readonly kind: "user";
  readonly user: string;
}

export interface ShellStep extends StepBase {
  readonly kind: "shell";
  readonly shell: readonly string[];
}

export interface ListStep extends StepBase {
  readonly kind: "expose" | "volume";
  /** Ports as `80/tcp`, ranges taken apart; or paths. */
  readonly values: readonly string[];
}

export interface StopSignalStep extends StepBase {
  readonly kind: "stopsignal";
  readonly signal: string;
}

export interface HealthcheckStep extends StepBase {
  readonly kind: "healthcheck";
  readonly healthcheck: ImageHealthcheck;
}

export interface OnbuildStep extends StepBase {
  readonly kind: "onbuild";
  /** The instruction that is kept, as written. */
  readonly trigger: string;
}

export interface MaintainerStep extends StepBase {
  readonly kind: "maintainer";
  readonly name: string;
}

/** One instruction of a stage, with its meaning. */
export type Step =
  | RunStep
  | CopyStep
  | CommandStep
  | PairsStep
  | WorkdirStep
  | UserStep
  | ShellStep
  | ListStep
  | StopSignalStep
  | HealthcheckStep
  | OnbuildStep
  | MaintainerStep;
