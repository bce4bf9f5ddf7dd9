import type { BuildTask } from "./build-task.ts";
import { buildArgsOf } from "./task-build-options.ts";

/** The label that names a service; of services that share a build it names the first. */
const serviceLabel = "com.docker.compose.service";

/**
 * Tells tasks with an equal outcome by a text of theirs: the same files, Dockerfile, arguments, target and so on, or the
 * same image to pull. Only names may differ, and the label that says whose the image is.
 */
export class SameBuild {
  readonly #ids = new Map<unknown, number>();

  keyOf(task: BuildTask, options: Parameters<typeof buildArgsOf>[1]): string {
    if (task.external) return this.#text(["pull", task.imageName, task.dockerPlatform, task.preferredPlatform]);
    const { files, buildStream, openStream } = task;
    // A stream of the caller's own is like no other.
    if (!files || !openStream || buildStream !== openStream.stream) return this.#text(["own", this.#idOf(task)]);
    const { tags: _tags, ...how } = { ...task.dockerOpts };
    const { [serviceLabel]: _service, ...labels } = { ...task.labels };
    return this.#text([
      "build",
      this.#idOf(files.origin),
      task.context,
      task.dockerfilePath,
      task.dockerfile,
      buildArgsOf(task, options),
      labels,
      task.dockerPlatform,
      task.preferredPlatform,
      how,
      task.buildMetadata?.secretsOf(task.serviceName).map(({ dest, content }) => [dest, content.toString("base64")]),
    ]);
  }

  /** Functions and the like are equal only to themselves. */
  #text(value: unknown): string {
    return JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === "function") return { same: this.#idOf(inner) };
      if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
      const prototype: unknown = Object.getPrototypeOf(inner);
      if (prototype !== Object.prototype && prototype !== null) return { same: this.#idOf(inner) };
      return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    });
  }

  #idOf(value: unknown): number {
    const id = this.#ids.get(value) ?? this.#ids.size;
    this.#ids.set(value, id);
    return id;
  }
}
