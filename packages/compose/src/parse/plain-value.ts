import type { Node } from "./node.ts";

/** The node as plain data. Dates are written out, as Go does. */
export function plainValue(node: Node): unknown {
  if (node.kind === "scalar") return node.date ? withTime(node.text) : node.value;
  if (node.kind === "sequence") return node.items.map(plainValue);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.value)]));
}

function withTime(text: string): string {
  const [day = "", time = "00:00:00"] = text.replace(/[Tt]/, " ").split(" ");
  const [year = "", month = "", date = ""] = day.split("-");
  return `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}T${/(?:Z|[-+]\d\d:\d\d)$/.test(time) ? time : `${time}Z`}`;
}
