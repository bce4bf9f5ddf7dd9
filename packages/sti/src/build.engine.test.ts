import { describe, expect, test } from "vitest";
import { build } from "./build.ts";
import { useBench } from "../test/bench.ts";

const bench = useBench();

describe.each(["build", "run"] as const)("method %s", (method) => {
  test("a folder becomes an image that runs", async () => {
    const builder = await bench.builder();
    const source = await bench.folder({ "index.html": "<p>hello</p>\n" });
    const request = bench.request({ source, baseImage: builder, method });
    const result = await build(request).result;
    expect(await bench.look(request.tag, "cat /app/index.html")).toBe("<p>hello</p>\n");
    expect(await bench.output(request.tag)).toBe("running: count environment index.html \n");
    expect(result).toMatchObject({ success: true, incremental: false });
  });
});
