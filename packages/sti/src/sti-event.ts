/** The parts of a build, in their order. */
export type StiStage = "images" | "source" | "save-artifacts" | "prepare" | "runtime" | "commit" | "tag";

/** What happens between source and image. */
export type StiEvent =
  | {
      /** A stage begins. */
      readonly type: "stage";
      readonly stage: StiStage;
      /** What is done, as a phrase for people. */
      readonly message: string;
    }
  | {
      /** Output of a script as it came: not aligned to lines. */
      readonly type: "log";
      readonly stage: StiStage;
      readonly stream: "stdout" | "stderr";
      readonly data: string;
    }
  | {
      /** A pull's progress. */
      readonly type: "pull";
      readonly image: string;
      readonly status: string;
      readonly percent?: number | undefined;
    }
  | { readonly type: "warning"; readonly message: string }
  /** Only of requests with `debug`. */
  | { readonly type: "debug"; readonly message: string }
  | {
      /** The image has its name. */
      readonly type: "image";
      readonly tag: string;
      /** `sha256:…` */
      readonly imageId: string;
    };

/** Takes events as they happen. */
export type Emit = (event: StiEvent) => void;
