import {
  isNull,
  itemsOf,
  type Mapping,
  mappingNode,
  type Node,
  sequenceNode,
  stringField,
  stringNode,
  valueNode,
  withItems,
} from "../parse/node.ts";
import { PathTable } from "../parse/path-table.ts";
import { mappingForm } from "./mapping-form.ts";
import { sequenceForm } from "./sequence-form.ts";

/** Merges two mappings field by field; given to the rules so that they can go on below. */
export type MergeFields = (base: Mapping, over: Mapping) => Node;

/** How `over` goes over `base`; undefined where the two cannot be merged. */
export type MergeRule = (base: Node, over: Node, fields: MergeFields) => Node | undefined;

const replace: MergeRule = (_, over) => over;

const append: MergeRule = (base, over) => sequenceNode([...sequenceForm(base), ...sequenceForm(over)], over.span);

const appendNew: MergeRule = (base, over) => {
  const items = sequenceForm(base);
  const known = new Set(items.map((item) => (item.kind === "scalar" ? item.text : item)));
  const added = sequenceForm(over).filter((item) => item.kind !== "scalar" || !known.has(item.text));
  return sequenceNode([...items, ...added], over.span);
};

/**
 * A list is made a mapping first; an item of it has the value `itemValue`. A list with something else than names is let
 * be: the validation that follows tells what is wrong in it.
 */
function asMappings(itemValue?: Parameters<typeof mappingForm>[1]): MergeRule {
  return (base, over, fields) => {
    const unreadable = [over, base].find((node) => itemsOf(node).some((item) => item.kind !== "scalar"));
    if (unreadable) return unreadable;
    const [left, right] = [mappingForm(base, itemValue), mappingForm(over, itemValue)];
    return left && right && fields(left, right);
  };
}

const dependency = asMappings((span) =>
  mappingNode({ condition: stringNode("service_started", span), required: valueNode(true, span) }, span),
);

const build: MergeRule = (base, over, fields) => {
  const [left, right] = [base, over].map((node) =>
    node.kind === "scalar" && !isNull(node) ? mappingNode({ context: node }, node.span) : node,
  );
  return left?.kind === "mapping" && right?.kind === "mapping" ? fields(left, right) : undefined;
};

/** Options belong to a driver: those of another one go. */
const logging: MergeRule = (base, over, fields) => {
  if (base.kind !== "mapping" || over.kind !== "mapping") return undefined;
  const [before, after] = [stringField(base, "driver"), stringField(over, "driver")];
  return before === undefined || after === undefined || before === after ? fields(base, over) : over;
};

/** Address pools are the same if their subnets are. */
const addressPools: MergeRule = (base, over, fields) => {
  if (base.kind !== "sequence" || over.kind !== "sequence") return undefined;
  const items = [...base.items];
  for (const pool of itemsOf(over)) {
    const subnet = stringField(pool, "subnet");
    const index = items.findIndex((item) => stringField(item, "subnet") === subnet);
    const present = items[index];
    if (present?.kind === "mapping" && pool.kind === "mapping") items[index] = fields(present, pool);
    else items.push(pool);
  }
  return withItems(over, items);
};

/** The places that are not merged as mappings field by field and lists by appending. */
export const mergeRules: PathTable<MergeRule> = new PathTable<MergeRule>({
  "networks.*.ipam.config": addressPools,
  "networks.*.labels": append,
  "volumes.*.labels": append,
  "services.*.annotations": append,
  "services.*.build": build,
  "services.*.build.args": append,
  "services.*.build.additional_contexts": append,
  "services.*.build.extra_hosts": appendNew,
  "services.*.build.labels": append,
  "services.*.command": replace,
  "services.*.depends_on": dependency,
  "services.*.deploy.labels": append,
  "services.*.dns": append,
  "services.*.dns_opt": append,
  "services.*.dns_search": append,
  "services.*.entrypoint": replace,
  "services.*.env_file": append,
  "services.*.label_file": append,
  "services.*.environment": append,
  "services.*.extra_hosts": appendNew,
  "services.*.healthcheck.test": replace,
  "services.*.labels": append,
  "services.*.volumes.*.volume.labels": append,
  "services.*.logging": logging,
  "services.*.models": asMappings(),
  "services.*.networks": asMappings(),
  "services.*.sysctls": append,
  "services.*.tmpfs": append,
  "services.*.ulimits.*": replace,
});
