import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { rawTypes } from "../../test/raw-types.mjs";
import { normalize } from "../normalize.ts";
import { projectShape } from "../schema/project-shape.ts";
import type { RawComposeFile } from "./raw.ts";

/** Without what the formatter decides about. */
function bare(text: string): string {
  return text.replaceAll(/[\s;|,()]+/g, "");
}

test("the types of written files are those of the shapes: else run scripts/generate-compose-types.mjs", async () => {
  const written = await readFile(new URL("raw.ts", import.meta.url), "utf8");
  expect(bare(written)).toBe(bare(rawTypes(projectShape)));
});

test("a file in its short forms has the type, and loads", () => {
  const file: RawComposeFile = {
    services: {
      web: {
        build: { context: ".", args: ["A=1"], ulimits: { nofile: 3 } },
        ports: ["80:80", { target: 81, published: "81" }],
        environment: { A: 1, B: null },
        depends_on: { db: { condition: "service_healthy" } },
        deploy: { resources: { limits: { memory: "1g" } } },
        "x-own": true,
      },
      db: { image: "db", healthcheck: { test: "ok", interval: "10s" } },
    },
  };
  expect(Object.keys(normalize(file).services)).toEqual(["web", "db"]);
  // @ts-expect-error what no field is
  const wrong: RawComposeFile = { services: { web: { imgae: "x" } } };
  expect(() => normalize(wrong)).toThrow("unknown field `imgae`");
});
