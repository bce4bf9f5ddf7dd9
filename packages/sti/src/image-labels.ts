import { labelNames } from "./labels.ts";
import type { BuildRequest } from "./request.ts";
import type { OpenSource } from "./source/source-tree.ts";

/** The labels of an image that is built: where it comes from, and what a rebuild has to know. */
export function imageLabels(request: BuildRequest, source: OpenSource): Record<string, string> {
  const { commit, location, contextDir } = source;
  const { method, builder, runtimeImage, environment, scriptsUrl, user, allowedUids, caches, platform } = request;
  const { sourceDateEpoch } = request;
  const who = { user, allowedUids };
  const rest = { method, builder, runtimeImage, environment, scriptsUrl, ...who, caches, platform, sourceDateEpoch };
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const labels: Record<string, string | undefined> = {
    [labelNames.displayName]: request.tag,
    [labelNames.builder]: request.baseImage,
    [labelNames.source]: location,
    [labelNames.contextDir]: contextDir,
    [labelNames.ref]: commit?.ref,
    [labelNames.commit]: commit?.id,
    [labelNames.author]: commit?.author,
    [labelNames.date]: commit?.date,
    [labelNames.message]: commit?.message,
    [labelNames.request]: JSON.stringify(said),
    ...request.labels,
  };
  const present = Object.entries(labels).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(present) as Record<string, string>;
}
