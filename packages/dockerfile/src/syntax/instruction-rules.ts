/** What a flag takes. `list` may be given more than once. */
export type FlagType = "text" | "boolean" | "list";

const copyFlags = { chown: "text", chmod: "text", link: "boolean", exclude: "list" } as const;

/** The instructions, and the flags that each takes. */
export const instructionFlags: Readonly<Record<string, Readonly<Record<string, FlagType>>>> = {
  ADD: { ...copyFlags, checksum: "text", "keep-git-dir": "boolean", unpack: "boolean" },
  ARG: {},
  CMD: {},
  COPY: { from: "text", ...copyFlags, parents: "boolean" },
  ENTRYPOINT: {},
  ENV: {},
  EXPOSE: {},
  FROM: { platform: "text" },
  HEALTHCHECK: { interval: "text", timeout: "text", "start-period": "text", "start-interval": "text", retries: "text" },
  LABEL: {},
  MAINTAINER: {},
  ONBUILD: {},
  RUN: { mount: "list", network: "text", security: "text", device: "list" },
  SHELL: {},
  STOPSIGNAL: {},
  USER: {},
  VOLUME: {},
  WORKDIR: {},
};

/** The instructions that take here-documents. */
export const heredocInstructions: ReadonlySet<string> = new Set(["RUN", "COPY", "ADD"]);

/** The instructions that take their arguments as a JSON list too. */
export const jsonInstructions: ReadonlySet<string> = new Set([
  "ADD",
  "CMD",
  "COPY",
  "ENTRYPOINT",
  "RUN",
  "SHELL",
  "VOLUME",
]);
