import { expect, test } from "vitest";
import { ServiceLines } from "./service-lines.ts";

function record(): { write: (text: string) => void; text: () => string } {
  let all = "";
  return { write: (text) => (all += text), text: () => all };
}

test("lines carry their service, padded; pieces make lines only when whole", () => {
  const output = record();
  const lines = new ServiceLines(output, ["web", "store"]);
  lines.data("web", "on");
  lines.line("store", "hello");
  lines.data("web", "e\ntwo");
  expect(output.text()).toBe("store | hello\nweb   | one\n");
  lines.end("web");
  expect(output.text()).toBe("store | hello\nweb   | one\nweb   | two\n");
  lines.end("web");
  expect(output.text().split("\n")).toHaveLength(4);
});

test("a line that was overwritten by carriage returns shows what it ended as; CRLF is an end of line", () => {
  const output = record();
  const lines = new ServiceLines(output, ["web"]);
  lines.data("web", "10%\r50%\r100%\nplain\r\n");
  expect(output.text()).toBe("web | 100%\nweb | plain\n");
});

test("on a terminal each service has its colour", () => {
  const output = { ...record(), isTTY: true };
  let all = "";
  new ServiceLines({ ...output, write: (text) => (all += text) }, ["a", "b"]).line("b", "x");
  expect(all).toContain("b |");
  expect(all).toContain("\u001B[");
});
