import { type LiveDockerfile, liveDockerfile } from "@slipway/livepush";
import { defaultResolvers, type Resolver } from "@slipway/resolve";

/**
 * Makes Dockerfiles with live directives, such as `#dev-cmd-live=`, into what they are for live development as they are
 * found, so that they are built like that; and knows them again by their text.
 */
export class LiveDockerfiles {
  readonly #made = new Map<string, LiveDockerfile>();
  readonly resolvers: readonly Resolver[] = defaultResolvers().map((resolver) => ({
    name: resolver.name,
    priority: resolver.priority,
    needs: (request) => resolver.needs(request),
    resolve: async (files, request) => {
      const found = await resolver.resolve(files, request);
      if (!found) return undefined;
      const live = liveDockerfile(found.dockerfile, { file: found.path });
      this.#made.set(live.text, live);
      return { ...found, dockerfile: live.text };
    },
  }));

  /** What a built Dockerfile is for live development. */
  of(text: string): LiveDockerfile {
    return this.#made.get(text) ?? { text };
  }
}
