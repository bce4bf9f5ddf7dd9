import { PassThrough } from "node:stream";
import type { WriteStream } from "node:tty";
import { expect, test } from "vitest";
import { paint } from "./paint.ts";
import { processOutput, takesColours } from "./process-output.ts";

test.each([
  [true, {}, true],
  [false, {}, false],
  [undefined, {}, false],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [true, { TERM: "dumb" }, false],
  [false, { FORCE_COLOR: "1" }, true],
  [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  [true, { FORCE_COLOR: "0" }, false],
  [false, { FORCE_COLOR: "" }, false],
])("a terminal: %s, %j: colours: %s", (isTTY, env, colours) => {
  expect(takesColours(isTTY, env)).toBe(colours);
});

test("an output follows its stream's size, and is painted as it takes colours", () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const output = processOutput(stream as unknown as WriteStream, {});
  stream.columns = 40;
  expect(output).toMatchObject({ isTTY: true, columns: 40, rows: 24, colours: true });
  expect(paint(output, "red", "x")).toBe("\u001b[31mx\u001b[39m");
  expect(paint(processOutput(stream as unknown as WriteStream, { NO_COLOR: "1" }), "red", "x")).toBe("x");
});
