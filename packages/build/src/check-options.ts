import { didYouMean, type Problem } from "@slipway/errors";
import { BuildError, type BuildErrorCode } from "./build-error.ts";
import type { BuildOptions } from "./build-options.ts";
import { valueProblems } from "./check-values.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string" && value !== "";
const isFlag: Check = (value) => typeof value === "boolean";
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);
const isMap: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isTextMap: Check = (value) => isMap(value) && Object.values(value as object).every((v) => typeof v === "string");
const isMapOf = (holds: Check): Check => {
  return (value) => isMap(value) && Object.values(value as object).every(holds);
};
const isCredentials: Check = (entry) =>
  isTextMap(entry) &&
  ("identitytoken" in (entry as object) || ("username" in (entry as object) && "password" in (entry as object)));
const isAuth: Check = (value) => typeof value === "function" || isMapOf(isCredentials)(value);
const isOneOf = (checks: Readonly<Record<string, Check>>): Check => {
  return (value) => {
    const [entry, ...more] = isMap(value) ? Object.entries(value as object) : [];
    return entry !== undefined && more.length === 0 && (checks[entry[0]]?.(entry[1]) ?? false);
  };
};
const isSecret = isOneOf({
  file: isText,
  env: isText,
  value: (value) => typeof value === "string" || value instanceof Uint8Array,
});
const isKeys: Check = (value) => isTextList(value) && (value as unknown[]).length > 0;
const isSsh: Check = (value) => value === "agent" || isOneOf({ socket: isText, keys: isKeys })(value);
const isBytes: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= -1;
const isUlimit: Check = (value) => {
  const { soft, hard } = (value ?? {}) as Record<string, unknown>;
  return isCount(value) || (isMap(value) && isCount(soft) && isCount(hard));
};

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
  cacheTo: [isTextList, "a list of cache exports, such as inline"],
  inlineCache: [isFlag, "true or false"],
  secrets: [isMapOf(isSecret), "a map from id to {file}, {env} or {value}"],
  ssh: [isMapOf(isSsh), "a map from id to agent, {socket} or {keys}"],
  extraHosts: [isTextList, "a list of name:address"],
  shmSize: [isBytes, "a whole number of bytes above 0"],
  ulimits: [isMapOf(isUlimit), "a map from name to a number or {soft, hard}"],
  memory: [isBytes, "a whole number of bytes above 0"],
  memorySwap: [(value) => value === -1 || isBytes(value), "a whole number of bytes above 0, or -1"],
  networkMode: [isText, "a network mode, such as none"],
  builder: [(value) => value === "auto" || value === "buildkit" || value === "classic", "auto, buildkit or classic"],
  description: [isMap, "what describeEngine gives"],
  registryAuth: [isAuth, "a map from registry host to username and password, or a function"],
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
  // Of values whose kind is wrong, nothing more can be said.
  const [first, ...rest] = problems.length > 0 ? problems : valueProblems(options);
  if (first) throw BuildError.ofProblems([first, ...rest]);
}
