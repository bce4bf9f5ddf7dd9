import { mappingNode, type Node, stringNode, stringOf, valueNode } from "../parse/node.ts";
import { cleanPath } from "../paths/posix-path.ts";
import { parseVolume } from "./volume.ts";
import type { Transform } from "./transform-context.ts";

/** An item of a service's `volumes`: `source:target:options` becomes a mapping. Targets are cleaned. */
export const volumeMount: Transform = (node, { path, problems }) => {
  if (node.kind === "mapping") {
    if (node.entries.has("target")) return node;
    if (node.damaged) return undefined;
    problems.error("COMPOSE_MISSING_FIELD", "a volume has no target", {
      path,
      span: node.span,
      hint: "say where in the container it is mounted: target: /path",
    });
    return undefined;
  }
  const text = stringOf(node) ?? "";
  const volume = parseVolume(text);
  if (typeof volume === "string") {
    const hint = "write source:target or source:target:ro";
    problems.error("COMPOSE_BAD_VALUE", volume, { path, span: node.span, hint });
    return undefined;
  }
  for (const option of volume.unknownOptions) {
    problems.warn("COMPOSE_BAD_VALUE", `option \`${option}\` of volume \`${text}\` has no effect`, {
      path,
      span: node.span,
    });
  }
  if (/^\p{L}:/u.test(text)) {
    const hint = "a volume's name needs at least two characters here; use the long form for a shorter one";
    problems.warn("COMPOSE_BAD_VALUE", `\`${text.slice(0, 2)}\` is read as a drive`, { path, span: node.span, hint });
  }
  const string = (value: string | undefined): Node | undefined =>
    value === undefined ? value : stringNode(value, node.span);
  const flag = (value: boolean): Node | undefined => (value ? valueNode(true, node.span) : undefined);
  const { propagation, selinux } = volume;
  const isBind = volume.type === "bind";
  const hasBind = isBind || propagation !== undefined || selinux !== undefined;
  const hasVolume = volume.noCopy || (volume.type === "volume" && !volume.bare);
  return mappingNode(
    {
      type: string(volume.type),
      source: string(volume.source),
      target: string(cleanPath(volume.target)),
      read_only: flag(volume.readOnly),
      bind: hasBind
        ? mappingNode(
            { propagation: string(propagation), selinux: string(selinux), create_host_path: flag(isBind) },
            node.span,
          )
        : undefined,
      volume: hasVolume ? mappingNode({ nocopy: flag(volume.noCopy) }, node.span) : undefined,
    },
    node.span,
  );
};
