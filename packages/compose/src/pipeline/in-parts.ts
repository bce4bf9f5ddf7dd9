import { type Entry, entriesNode, type Mapping, withField } from "../parse/node.ts";

/** So few services that what one step makes of them is still at hand for the next. */
const atOnce = 16;

/**
 * What `steps` make of a document that is given to them in parts: first all that stands beside the services, then some
 * services after the other. For steps that look at each service by itself; a project may have thousands of them.
 */
export function inParts(root: Mapping, steps: (part: Mapping) => Mapping): Mapping {
  const services = root.entries.get("services");
  if (services?.value.kind !== "mapping" || services.value.entries.size <= atOnce) return steps(root);
  const { entries, span, damaged } = services.value;
  const beside = steps(withField(root, "services", entriesNode(new Map(), span)));
  const done = new Map<string, Entry>();
  let lost = damaged;
  const finish = (part: ReadonlyMap<string, Entry>): void => {
    const wrapped = new Map([["services", { value: entriesNode(part, span), key: services.key }]]);
    const result = steps(entriesNode(wrapped, root.span)).entries.get("services")?.value;
    if (result?.kind !== "mapping") return;
    lost ||= result.damaged;
    result.entries.forEach((entry, name) => done.set(name, entry));
  };
  let part = new Map<string, Entry>();
  entries.forEach((entry, name) => {
    part.set(name, entry);
    if (part.size < atOnce) return;
    finish(part);
    part = new Map();
  });
  if (part.size > 0) finish(part);
  return withField(beside, "services", entriesNode(done, span, lost));
}
