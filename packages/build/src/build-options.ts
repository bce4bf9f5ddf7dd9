import { didYouMean, type Problem } from "@slipway/errors";
import { BuildError, type BuildErrorCode } from "./build-error.ts";

/** Credentials for one registry. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** How to build. An unknown option is an error. */
export interface BuildOptions {
  /** Path of the Dockerfile in the context. Default: `Dockerfile`. */
  readonly dockerfile?: string | undefined;
  /** Names for the image. Default: none. */
  readonly tags?: readonly string[] | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Labels for the image, beside those of the Dockerfile. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The stage to build. Default: the last. */
  readonly target?: string | undefined;
  /** `linux/arm64` and the like. Default: the engine's own. */
  readonly platform?: string | undefined;
  /** Run every step, whatever the cache has. */
  readonly noCache?: boolean | undefined;
  /** Ask the registry for newer base images, also where the engine has one. */
  readonly pull?: boolean | undefined;
  /** Images whose layers may serve as cache. */
  readonly cacheFrom?: readonly string[] | undefined;
  /** Entries for /etc/hosts while building: `name:address`. */
  readonly extraHosts?: readonly string[] | undefined;
  /** Size of /dev/shm in bytes. */
  readonly shmSize?: number | undefined;
  /** Network of `RUN`: `default`, `none`, `host`; the classic builder also takes a network's name. */
  readonly networkMode?: string | undefined;
  /** Default `auto`: BuildKit if the engine has it and the options allow it. */
  readonly builder?: "auto" | "buildkit" | "classic" | undefined;
  /**
   * Credentials by registry host, for private base images. All of them are sent to the engine, so give those that this
   * build needs and no other. Classic builder only: BuildKit asks for credentials through a session.
   */
  readonly registryAuth?: Readonly<Record<string, RegistryCredentials>> | undefined;
  /** Ends the build: the run rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string" && value !== "";
const isFlag: Check = (value) => typeof value === "boolean";
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);
const isMap: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isTextMap: Check = (value) => isMap(value) && Object.values(value as object).every((v) => typeof v === "string");
const isAuth: Check = (value) =>
  isMap(value) &&
  Object.values(value as object).every(
    (entry: unknown) =>
      isMap(entry) && ["username", "password"].every((k) => typeof (entry as Record<string, unknown>)[k] === "string"),
  );

const checks: Readonly<Record<keyof BuildOptions, readonly [Check, string]>> = {
  dockerfile: [isText, "a path"],
  tags: [isTextList, "a list of image names"],
  buildArgs: [isTextMap, "a map from name to text"],
  labels: [isTextMap, "a map from name to text"],
  target: [isText, "the name of a stage"],
  platform: [isText, "a platform, such as linux/arm64"],
  noCache: [isFlag, "true or false"],
  pull: [isFlag, "true or false"],
  cacheFrom: [isTextList, "a list of image names"],
  extraHosts: [isTextList, "a list of name:address"],
  shmSize: [(value) => Number.isSafeInteger(value) && (value as number) > 0, "a whole number of bytes above 0"],
  networkMode: [isText, "a network mode, such as none"],
  builder: [(value) => value === "auto" || value === "buildkit" || value === "classic", "auto, buildkit or classic"],
  registryAuth: [isAuth, "a map from registry host to username and password"],
  signal: [(value) => value instanceof AbortSignal, "an AbortSignal"],
};

/**
 * Refuses options that are unknown or have a value that they cannot have.
 *
 * @throws {BuildError} `BUILD_BAD_OPTION`, with every mistake among its problems. Values are not part of the texts, as
 *   they may be secret.
 */
export function checkOptions(options: BuildOptions): void {
  const problems: Problem<BuildErrorCode>[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      const near = didYouMean(name, Object.keys(checks));
      const hint = near ? `did you mean \`${near}\`?` : `known options: ${Object.keys(checks).join(", ")}`;
      problems.push({ code: "BUILD_BAD_OPTION", message: `unknown build option \`${name}\``, hint, path: name });
      continue;
    }
    const [holds, expected] = checks[name as keyof BuildOptions];
    if (value !== undefined && !holds(value)) {
      problems.push({
        code: "BUILD_BAD_OPTION",
        message: `the build option \`${name}\` is not ${expected}`,
        hint: `give ${expected}`,
        path: name,
      });
    }
  }
  const [first, ...rest] = problems;
  if (first) throw BuildError.ofProblems([first, ...rest]);
}
