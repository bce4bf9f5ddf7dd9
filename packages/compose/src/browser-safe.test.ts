import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const source = fileURLToPath(new URL(".", import.meta.url));
const nodeOnly = new Set(["node.ts", "node-host.ts", "find-compose-files.ts"]);

test("nothing but the node entry imports from Node", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !nodeOnly.has(file),
  );
  const offenders = files.filter((file) =>
    /from "node:|import\("node:|\bprocess\.|\bBuffer\b|from "[./]+\/(?:node-host|find-compose-files)\.ts"/.test(
      readFileSync(join(source, file), "utf8"),
    ),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(offenders).toEqual([]);
});
