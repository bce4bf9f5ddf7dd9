import type { Shape } from "./shape.ts";
import { buildUlimits, fileMounts } from "./common-shapes.ts";
import {
  boolean,
  byKind,
  hosts,
  kept,
  labels,
  map,
  record,
  text,
  textList,
  textOrBoolean,
  texts,
  uniqueTexts,
  variables,
  wholeBytes,
} from "./vocabulary.ts";

const context: Shape = kept(text);

/** A service's `build`. */
export const buildShape: Shape = byKind({
  scalar: context,
  mapping: record(
    "a build",
    {
      context,
      dockerfile: text,
      dockerfile_inline: text,
      entitlements: textList,
      args: variables,
      ssh: byKind({ sequence: uniqueTexts, mapping: map({ kind: "text", scalars: ["null"] }) }),
      labels,
      cache_from: textList,
      cache_to: textList,
      no_cache: boolean,
      no_cache_filter: texts,
      additional_contexts: byKind({ sequence: uniqueTexts, mapping: map(text) }),
      network: text,
      provenance: textOrBoolean,
      sbom: textOrBoolean,
      pull: boolean,
      target: text,
      shm_size: wholeBytes,
      extra_hosts: hosts,
      isolation: text,
      privileged: boolean,
      secrets: fileMounts,
      tags: textList,
      ulimits: buildUlimits,
      platforms: textList,
    },
    { keepsOwn: true },
  ),
});
