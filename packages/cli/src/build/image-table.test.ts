import type { LocalImage } from "@slipway/multibuild";
import { expect, test } from "vitest";
import { type BuiltImage, imageToJson } from "./built-image.ts";
import { formatSize } from "./format-size.ts";
import { imageTable } from "./image-table.ts";

function built(serviceName: string, more: Partial<LocalImage>, other: Partial<BuiltImage> = {}): BuiltImage {
  const image = {
    serviceName,
    name: `p-${serviceName}`,
    successful: true,
    external: false,
    startTime: 0,
    endTime: 1500,
  };
  return {
    image: { ...image, ...more } as LocalImage,
    size: 4_230_000,
    architecture: "amd64",
    tags: [],
    pushed: {},
    ...other,
  };
}

const step = (cached: boolean) => ({ name: "RUN x", cached, durationMs: 1 });
const result = { steps: [step(true), step(false)] } as unknown as LocalImage["build"];
const plain = { write: () => true };

test("a row for each service, in columns as wide as they need to be", () => {
  const images = [
    built("web", { build: result }, { tags: ["r.example/web:1"] }),
    built("日本", { sharedWith: "web" }),
    built("db", { external: true, name: "postgres", endTime: 70_000 }, { size: undefined }),
    built("api", { successful: false, error: new Error("x") }, { size: undefined }),
  ];
  expect(imageTable(images, plain).split("\n")).toEqual([
    "SERVICE  IMAGE                   SIZE     TIME        STEPS",
    "web      p-web, r.example/web:1  4.23 MB  1.5 s       1 of 2 cached",
    "日本     p-日本                  4.23 MB  1.5 s       same build as web",
    "db       postgres                –        1 min 10 s  from its registry",
    "api      failed                  –        1.5 s       –",
    "",
  ]);
});

test("the engine is said where there are several; one that was given to none is on none", () => {
  const [a, b, none] = [{ engine: "ssh://a" }, { engine: "ssh://b" }, { engine: undefined, successful: false }];
  expect(imageTable([built("web", a), built("api", a), built("db", none)], plain)).not.toContain("ENGINE");
  expect(imageTable([built("web", a), built("api", b)], plain)).toMatch(/ENGINE\n.* ssh:\/\/a\n.* ssh:\/\/b\n$/);
});

test("as JSON a failed one has its error", () => {
  const error = Object.assign(new Error("no"), { code: "X" });
  expect(imageToJson(built("web", { successful: false, error }))).toMatchObject({
    service: "web",
    successful: false,
    durationMs: 1500,
    error: { message: "no" },
  });
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [12_345, "12.3 kB"],
  [999_499, "999 kB"],
  [999_500, "1 MB"],
  [123_456_789, "123 MB"],
  [1_980_000_000, "1.98 GB"],
])("%d bytes are %s", (bytes, text) => expect(formatSize(bytes)).toBe(text));
