import { process } from "@slipway/dockerfile";
import type { Resolver, ResolveRequest } from "./resolver.ts";

/** How a resolver that takes one file works. */
export interface FileResolverOptions {
  readonly name: string;
  readonly priority: number;
  /** The paths that it takes, the best first. */
  readonly needs: (request: ResolveRequest) => readonly string[];
  /** Whether the file is a template. */
  readonly template: boolean;
}

/** A resolver that takes the first of a list of paths that the bundle has, and fills it in if it is a template. */
export function fileResolver(options: FileResolverOptions): Resolver {
  const { name, priority, needs, template } = options;
  return {
    name,
    priority,
    needs,
    resolve(files, request) {
      for (const path of needs(request)) {
        const text = files.get(path);
        if (text === undefined) continue;
        const dockerfile = template ? process(text, request.variables, { file: request.display(path) }) : text;
        return { path, dockerfile };
      }
      return undefined;
    },
  };
}
