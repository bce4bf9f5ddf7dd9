/** Which of an engine's two builders does a build. */
export type BuilderName = "buildkit" | "classic";

/** The state that a step has come to. `cancelled`: given up because another step failed. */
export type StepState = "started" | "cached" | "done" | "failed" | "cancelled";

/** What happens in a build, the same whichever builder does it. */
export type BuildEvent =
  | {
      readonly type: "builder";
      readonly builder: BuilderName;
      /** Why it is this one, as a phrase for people. */
      readonly reason: string;
    }
  | {
      readonly type: "step";
      /** One of a kind in the build, and of no meaning outside it. */
      readonly id: string;
      /** A Dockerfile's step is `[2/3] RUN make`, with its stage where BuildKit gives it: `[base 2/3] RUN make`. */
      readonly name: string;
      readonly state: StepState;
      /** Set for what the builder does of its own accord, such as loading the context. */
      readonly internal?: true;
      /** How long it ran, once it has ended. */
      readonly durationMs?: number;
      /** Why it failed, in the engine's words. */
      readonly error?: string;
    }
  | {
      readonly type: "log";
      /** The step's id. */
      readonly step: string;
      readonly stream: "stdout" | "stderr";
      /** Output as it came: not aligned to lines. */
      readonly data: string;
    }
  | {
      readonly type: "progress";
      /** The step's id. */
      readonly step: string;
      readonly current: number;
      /** In the unit of `current`; absent where the engine does not know it. */
      readonly total?: number;
      /** What makes progress, such as a layer that is pulled. */
      readonly label: string;
    }
  | { readonly type: "warning"; readonly message: string }
  | {
      readonly type: "image";
      /** `sha256:…` */
      readonly imageId: string;
    };
