import type { Problem } from "@slipway/errors";
import { parseReference } from "@slipway/transport";
import { readRanges } from "./allowed-users.ts";
import { environmentProblems } from "./environment.ts";
import type { BuildRequest } from "./request.ts";
import { StiError, type StiErrorCode } from "./sti-error.ts";

/**
 * Refuses a build request that cannot be served, with all that is wrong with it.
 * @throws StiError STI_BAD_REQUEST, STI_INVALID_BUILD_METHOD
 */
export function checkRequest(request: BuildRequest): void {
  const { method = "build", tag, caches = [], secrets = {} } = request;
  const problems: Problem<StiErrorCode>[] = [];
  const bad = (message: string, hint: string, code: StiErrorCode = "STI_BAD_REQUEST"): void => {
    problems.push({ code, message, hint });
  };
  if (method !== "build" && method !== "run") {
    bad(`\`${String(method)}\` is no build method`, "expected build or run", "STI_INVALID_BUILD_METHOD");
  }
  const builder: string | undefined = request.builder;
  if (builder !== undefined && builder !== "buildkit" && builder !== "classic") {
    bad(`\`${builder}\` is no builder`, "expected buildkit or classic");
  }
  if (!request.baseImage) bad("the builder image is missing", "name it as baseImage");
  if (!request.source) bad("the source is missing", "a folder, a file, an archive, a git URL or a stream");
  try {
    const { digest } = parseReference(tag);
    if (digest) bad(`\`${tag}\` has a digest`, "an image's name has none before it is made");
  } catch (error) {
    const { message, hint } = error as StiError;
    bad(tag ? message : "the image's name is missing", hint ?? "name it as tag");
  }
  for (const path of caches) {
    if (!/^\/[^,\s"]+$/.test(path))
      bad(`caches: \`${path}\` is no folder`, "an absolute path without commas and spaces");
  }
  if (caches.length > 0 && method === "run")
    bad("caches need the build method build", "leave out method run, or the caches");
  for (const id of Object.keys(secrets)) {
    if (!/^[\w.-]+$/.test(id) || id === ".." || id === ".")
      bad(`secrets: \`${id}\` is no id`, "letters, digits, dots, hyphens and underscores");
  }
  const { sourceDateEpoch: epoch, scriptTimeoutMs: limit, contextDir, sourceName } = request;
  if (sourceName !== undefined && (/[/\\\0]/.test(sourceName) || ["", ".", ".."].includes(sourceName)))
    bad(`sourceName \`${sourceName}\` is no file's name`, "a name without folders, such as app.jar");
  if (epoch !== undefined && !(Number.isSafeInteger(epoch) && epoch >= 0))
    bad(`sourceDateEpoch is ${epoch}`, "whole seconds since 1970");
  if (limit !== undefined && !(limit > 0)) bad(`scriptTimeoutMs is ${limit}`, "milliseconds, more than 0");
  if (contextDir !== undefined && (contextDir.startsWith("/") || contextDir.split("/").includes(".."))) {
    bad(`contextDir \`${contextDir}\` is not in the source`, "a path relative to the source's root");
  }
  try {
    if (request.allowedUids !== undefined) readRanges(request.allowedUids);
  } catch (error) {
    problems.push(...(error as StiError).problems);
  }
  problems.push(...environmentProblems(request.environment ?? {}));
  const error = StiError.of(problems);
  if (error) throw error;
}
