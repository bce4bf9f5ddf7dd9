import { type Dockerfile, parse } from "@slipway/dockerfile";

/** The tree of a Dockerfile. Undefined for one that cannot be parsed: what is wrong with it is the engine's to say. */
export function parseDockerfile(text: string | undefined, file: string): Dockerfile | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text, { file });
  } catch {
    return undefined;
  }
}
