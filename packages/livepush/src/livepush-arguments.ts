import { print } from "@slipway/dockerfile";
import { type LiveDockerfile, liveDockerfile } from "./live-dockerfile.ts";
import { LivepushError } from "./livepush-error.ts";
import type { LivepushOptions } from "./livepush-options.ts";

/** What follows the Dockerfile in the older, positional form. */
export type PositionalRest = [
  context: string,
  containerId: string,
  stageImages: readonly string[],
  docker: LivepushOptions["docker"],
];

/** The options, in whichever form they were given. */
export function readOptions(first: LivepushOptions | string | Buffer, rest: PositionalRest | []): LivepushOptions {
  if (typeof first === "object" && !Buffer.isBuffer(first)) return first;
  const [context = "", containerId = "", stageImages = [], docker] = rest;
  if (!docker) throw new TypeError("Livepush.init wants its options as an object, or five arguments");
  return { dockerfileContent: first, context, containerId, stageImages, docker };
}

/** @throws LivepushError LIVEPUSH_NO_DOCKERFILE */
export function readDockerfile({ dockerfileContent, dockerfile }: LivepushOptions): LiveDockerfile {
  if (dockerfileContent !== undefined) return liveDockerfile(dockerfileContent.toString());
  if (dockerfile === undefined) {
    throw new LivepushError("LIVEPUSH_NO_DOCKERFILE", "neither dockerfileContent nor dockerfile was given", {
      hint: "give the text of the Dockerfile that the container was built from",
    });
  }
  return "text" in dockerfile ? dockerfile : liveDockerfile(print(dockerfile));
}
