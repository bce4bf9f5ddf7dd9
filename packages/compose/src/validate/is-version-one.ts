import { fieldsOf, type Node } from "../parse/node.ts";

const topLevel = new Set([
  "version",
  "name",
  "include",
  "services",
  "networks",
  "volumes",
  "secrets",
  "configs",
  "models",
]);

/** Whether a document is of the first format, whose services stand at the top. */
export function isVersionOne(root: Node): boolean {
  const fields = fieldsOf(root);
  if (fields.some(([key]) => topLevel.has(key) && key !== "name")) return false;
  return fields.some(
    ([key, { value }]) =>
      !key.startsWith("x-") && value.kind === "mapping" && (value.entries.has("image") || value.entries.has("build")),
  );
}
