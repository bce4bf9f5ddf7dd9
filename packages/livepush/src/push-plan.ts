import type { SourceRange } from "@slipway/errors";
import type { ContextFile } from "./context-listing.ts";
import type { Owner } from "./owner.ts";
import type { Question } from "./stage-facts.ts";

/** One file, folder or link to be put into a container. */
export interface CopyItem {
  /** Relative to the context; of a here-document, its name. */
  readonly source: string;
  /** The content of a here-document. */
  readonly inline?: string | undefined;
  readonly type: ContextFile["type"];
  /** Absolute, in the container. */
  readonly destination: string;
  readonly owner: Owner;
  /** Permission bits of `--chmod`; those of the source without. */
  readonly mode?: number | undefined;
  /** Whether a folder that is there already keeps its own mode and owner, as COPY's own destination does. */
  readonly keepExisting?: boolean | undefined;
  readonly why: string;
}

/** One path to be removed from a container. */
export interface DeleteItem {
  readonly path: string;
  /** `file`: a file or link; `folder`: only if empty; `tree`: whatever is there, since something else takes its place. */
  readonly kind: "file" | "folder" | "tree";
  readonly why: string;
}

interface ActionBase {
  /** Which of the stage's steps it belongs to, counted from its first base stage on. */
  readonly step: number;
  /** The step, as the Dockerfile has it. */
  readonly text: string;
  readonly range: SourceRange;
  readonly why: string;
  /** Whether the container's process must restart to see it. */
  readonly restarts: boolean;
}

export interface DeleteAction extends ActionBase {
  readonly kind: "delete";
  readonly items: readonly DeleteItem[];
}

export interface CopyAction extends ActionBase {
  readonly kind: "copy";
  readonly items: readonly CopyItem[];
}

/** Puts back what a command that ran again has written over. */
export interface RepairAction extends ActionBase {
  readonly kind: "repair";
  readonly items: readonly CopyItem[];
  /** Whether the command ran in an earlier push, so that nobody can tell any more what it wrote over. */
  readonly fromEarlier: boolean;
}

/** Brings a COPY --from, or an ADD of an archive, up to date. */
export interface FlowAction extends ActionBase {
  readonly kind: "flow";
  /** The COPY, of the stage's steps; it differs from `step` where a later step uncovers what the COPY had put there. */
  readonly of: number;
  /** A stage, an image, or an archive of the context. */
  readonly from: number | string | { readonly archive: string };
  /** Whether its source may have changed, so that it is read again. */
  readonly update: boolean;
  /** Whether a command may have written over what it copied, so that this is put back. */
  readonly repair: boolean;
  /** What is put back in any case, as far as it comes from there: places in the container. */
  readonly targets: readonly string[];
  /** The owner of `--chown`; without it files keep the one they have. */
  readonly owner?: Owner | undefined;
  readonly mode?: number | undefined;
}

/** What a RUN finds in a place while it runs, and only then. */
export interface RunMount {
  /** Absolute. */
  readonly target: string;
  readonly content:
    | { readonly kind: "empty"; readonly mode: number; readonly owner: Owner }
    | { readonly kind: "context"; readonly source: string }
    /** From a stage or an image. */
    | { readonly kind: "from"; readonly from: number | string; readonly source: string };
}

/** Runs a RUN again. */
export interface RunAction extends ActionBase {
  readonly kind: "run";
  /** What the shell gets; of an exec form, its words. */
  readonly command: string;
  readonly argv: readonly string[];
  /** All of the step's environment: the container's own has no part in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: string;
  readonly mounts: readonly RunMount[];
  /** Only if an earlier COPY from another stage in this plan brought anything new. */
  readonly onlyIfFlowed: boolean;
}

export type PushAction = DeleteAction | CopyAction | RepairAction | FlowAction | RunAction;

/** What is to be done in one stage's container, in order. */
export interface StagePlan {
  readonly stage: number;
  /** Whether its container is the one that the push is for. */
  readonly final: boolean;
  readonly actions: readonly PushAction[];
}

/** How the container's process learns of a push: it restarts, gets a signal, or notices by itself. */
export type RestartBy = "restart" | "nothing" | { readonly signal: string };

/** Why a change can't be pushed faithfully. */
export interface RebuildReason {
  readonly message: string;
  readonly range?: SourceRange | undefined;
  /** The changed path, where there is one. */
  readonly path?: string | undefined;
}

/** What a push will do, and why. */
export interface PushPlan {
  /** Not empty: nothing of the plan may be applied. */
  readonly needsRebuild: readonly RebuildReason[];
  readonly stages: readonly StagePlan[];
  /** Whether the container's process must learn of it at the end, provided that an action does something. */
  readonly restart: { readonly needed: boolean; readonly by: RestartBy; readonly why: string };
  /** What a fresh build would complain about, but a push need not. */
  readonly warnings: readonly string[];
  /** What must be answered before the plan is right; plan again with the answers. */
  readonly questions: readonly Question[];
}
