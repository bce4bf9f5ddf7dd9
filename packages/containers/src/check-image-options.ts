import { didYouMean, type Problem } from "@slipway/errors";
import { ContainersError, type ContainersErrorCode } from "./containers-error.ts";
import type { ImageOptions, PullPolicy } from "./image-options.ts";

const known: Readonly<Record<keyof ImageOptions, true>> = {
  build: true,
  directory: true,
  dockerfile: true,
  buildArgs: true,
  target: true,
  forceRebuild: true,
  contentTag: true,
  platform: true,
  pull: true,
  auth: true,
  registryAuth: true,
  onPull: true,
  onBuild: true,
  signal: true,
};

const policies: readonly PullPolicy[] = ["always", "missing", "never"];

/** @throws ContainersError CONTAINERS_IMAGE_OPTIONS, with all mistakes of an image's name and options */
export async function checkImageOptions(name: string, options: ImageOptions): Promise<void> {
  const problems: Problem<ContainersErrorCode>[] = [];
  const bad = (path: string, message: string, hint?: string): void => {
    problems.push({ code: "CONTAINERS_IMAGE_OPTIONS", message, path, ...(hint ? { hint } : {}) });
  };
  // Each backend has it loaded; who only imports this package has not.
  const { parseReference } = await import("@slipway/transport");
  // An image's id is no name, and will do.
  if (typeof name !== "string") bad("name", `an image's name is text; read ${JSON.stringify(name)}`);
  else if (!/^(?:sha256:)?[\da-f]{12,64}$/.test(name)) {
    try {
      parseReference(name);
    } catch (error) {
      bad("name", (error as Error).message, (error as { hint?: string }).hint);
    }
  }
  for (const option of Object.keys(options)) {
    if (option in known) continue;
    const near = didYouMean(option, Object.keys(known));
    bad(option, `there is no image option \`${option}\``, near && `did you mean \`${near}\`?`);
  }
  const { build, directory, dockerfile, pull } = options;
  if (pull !== undefined && !policies.includes(pull)) {
    bad("pull", `the pull policy is \`${pull}\``, `it is one of ${policies.join(", ")}`);
  }
  if (build !== undefined && directory !== undefined) {
    bad("build", "build and directory are both given", "give the build's files as one of them");
  }
  if (build === undefined && directory === undefined && dockerfile !== undefined && !/^\s*FROM\s/im.test(dockerfile)) {
    bad(
      "dockerfile",
      "dockerfile is no Dockerfile's text: it has no FROM",
      "it is a path only together with `directory` or `build`",
    );
  }
  if (problems.length > 0) throw ContainersError.of(problems);
}
