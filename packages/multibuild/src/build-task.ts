import type { Readable } from "node:stream";
import type { BuildEvent, BuildOptions } from "@slipway/build";
import type { FileSource, PullProgress } from "@slipway/transport";
import type { BuildMetadata } from "./build-metadata.ts";
import type { Contract } from "./contract.ts";
import type { TaskFiles } from "./task-files.ts";

/** A stream of files that can be read more than once. */
export interface ReopenedStream {
  readonly stream: Readable;
  /** The same from its start. */
  open(): Readable;
  /** A folder that holds just what the stream does, apart from what its ignore file leaves out. */
  readonly directory: string | undefined;
  /** The Dockerfile's text, where it is not the folder's own. */
  readonly dockerfileText?: string | undefined;
  /** The same files one by one, where the ignore file leaves something out that a tar stream has to have. */
  readonly source?: { readonly files: FileSource; readonly dockerfileText: string } | undefined;
}

/** One service's image: to be built, or, if external, to be had from a registry. */
export interface BuildTask {
  readonly serviceName: string;
  /** Whether the image comes from a registry. */
  readonly external: boolean;
  /** The image of an external task. */
  readonly imageName?: string;
  /** Where the service's files are, relative to the project; for messages. */
  readonly context?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** The name that the image gets. */
  readonly tag?: string;
  /** A Dockerfile given in the composition itself. */
  readonly dockerfileInline?: string;
  /** Images that go by other names in the Dockerfile, by those names; more than its own stages and images of that name. */
  readonly namedImages?: Readonly<Record<string, string>>;
  /** The services whose images are among these. */
  readonly neededServices?: readonly string[];
  /** Makes an image of a folder that other services' builds take files from. It is no service, and is removed at the end. */
  readonly helper?: boolean;
  /** More options for the build. */
  dockerOpts?: BuildOptions;
  /** What the image is to run on: `linux/arm64`. */
  readonly dockerPlatform?: string;
  /** What the image is to run on if those that it is made of are there for it, and it is not said otherwise. */
  readonly preferredPlatform?: string;
  /** What the image says that it is and needs, by a file of its context or by labels. */
  readonly contract?: Contract;
  /** Build variables, build secrets and registry secrets of the project. */
  readonly buildMetadata?: BuildMetadata;

  /** The service's files, for as long as `buildStream` is the one that came with them. */
  readonly files?: TaskFiles;
  /**
   * What is built: a tar stream. It may be exchanged for another one, before resolution or after it. Read or destroy a
   * stream that you take out.
   */
  buildStream?: Readable;

  /** How `buildStream` can be had again, for as long as it is this one; set by resolution. */
  openStream?: ReopenedStream;

  /** Whether `buildStream` has its Dockerfile; set by resolution. */
  resolved: boolean;
  /** The Dockerfile's text, for information; set by resolution. */
  dockerfile?: string;
  /** The Dockerfile's path: before resolution the one that the composition gives, after it that in `buildStream`. */
  dockerfilePath?: string;
  /** The name of the resolver that made the Dockerfile; set by resolution. */
  projectType?: string;
  /** What templates and architecture-specific Dockerfiles were chosen by; set by resolution. */
  architecture?: string;

  /** Gets the build's output as text. */
  streamHook?: (stream: Readable) => void;
  /** Gets a pull's progress, for each layer. As a text it reads `<layer>: <status>`. */
  progressHook?: (progress: PullProgress & { toString(): string }) => void;
  /** Gets the build's events. */
  eventHook?: (event: BuildEvent) => void;
}
