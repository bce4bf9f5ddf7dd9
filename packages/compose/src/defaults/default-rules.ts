import { type Mapping, type Node, sequenceNode, stringField, stringNode, valueNode, withField } from "../parse/node.ts";
import { sequenceForm } from "../merge/sequence-form.ts";
import type { Transform } from "../canonical/transform-context.ts";

/** Fields are set where they are missing. */
function missing(fields: Readonly<Record<string, (node: Mapping) => Node>>): Transform {
  return (node) => {
    if (node.kind !== "mapping") return node;
    let result = node;
    for (const key in fields) {
      if (!result.entries.has(key)) result = withField(result, key, fields[key]!(node));
    }
    return result;
  };
}

const deviceRequest: Transform = (node) => {
  if (node.kind !== "mapping" || node.entries.has("count") || node.entries.has("device_ids")) return node;
  return withField(node, "count", stringNode("all", node.span));
};

/** What the parts of a service are where nothing was said. */
export const defaultRules: Readonly<Record<string, Transform>> = {
  "services.*.build": missing({ context: (node) => stringNode(".", node.span) }),
  "services.*.secrets.*": missing({
    target: (node) => stringNode(`/run/secrets/${stringField(node, "source") ?? ""}`, node.span),
  }),
  "services.*.ports.*": missing({
    protocol: (node) => stringNode("tcp", node.span),
    mode: (node) => stringNode("ingress", node.span),
  }),
  "services.*.gpus.*": deviceRequest,
  "services.*.deploy.resources.reservations.devices.*": deviceRequest,
  "services.*.depends_on.*": missing({ required: (node) => valueNode(true, node.span) }),
};

/** Where one value may stand for a list of it. */
export const listRules: Readonly<Record<string, Transform>> = {
  "services.*.provider.options.*": (node) => sequenceNode(sequenceForm(node), node.span),
};
