import { mappingNode, type Node, stringNode, valueNode, withItems } from "../parse/node.ts";
import { below, formatPath } from "../parse/path.ts";
import { parsePorts } from "./port-spec.ts";
import type { Transform, TransformContext } from "./transform-context.ts";

/** A service's `ports`: each short form becomes one mapping or, for ranges, several. */
export const ports: Transform = (node, context) => {
  if (node.kind !== "sequence") return node;
  const items = node.items.flatMap((item, index) => port(item, { ...context, path: below(context.path, index) }));
  return withItems(node, items);
};

function port(node: Node, { path, problems }: TransformContext): Node[] {
  if (node.kind === "mapping") {
    const target = node.entries.get("target")?.value;
    if (target?.kind === "scalar" && Number(target.value) > 0) return [node];
    if (node.damaged) return [];
    problems.error("COMPOSE_MISSING_FIELD", "a port has no target", {
      path,
      span: node.span,
      hint: "say which port of the container is meant: target: 80",
    });
    return [];
  }
  if (node.kind !== "scalar") return [];
  const specs = parsePorts(node.text);
  const problem = typeof specs === "string" ? specs : specs.some(({ target }) => target === 0) && "0 is not a port";
  if (typeof specs === "string" || problem) {
    problems.error("COMPOSE_BAD_VALUE", `${formatPath(path)}: ${problem}`, {
      path,
      span: node.span,
      hint: 'write "8080:80", "127.0.0.1:8080:80/udp" or "8000-8010:8000-8010"',
    });
    return [];
  }
  const string = (value: string | undefined): Node | undefined =>
    value === undefined ? value : stringNode(value, node.span);
  return specs.map((spec) =>
    mappingNode(
      {
        mode: string("ingress"),
        host_ip: string(spec.hostIp),
        target: valueNode(spec.target, node.span),
        published: string(spec.published),
        protocol: string(spec.protocol),
      },
      node.span,
    ),
  );
}
