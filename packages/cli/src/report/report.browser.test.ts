import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalImage } from "@slipway/multibuild";
import { Page } from "../../test/chromium.ts";
import { BuildRecord } from "../build/build-record.ts";
import type { ServiceCommandEvent } from "../build/command-event.ts";
import { writeReport } from "./write-report.ts";

const hostile =
  '</script><script>window.hacked = 1</script><img src="https://example.invalid/x" onerror="window.hacked = 1">';
let folder: string;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-report-"));
  const file = path.join(folder, "report.html");
  await writeReport(file, record(), 20_000);
  page = await Page.open(file, { width: 1100, height: 800 });
  const screenshots = process.env["SLIPWAY_SCREENSHOTS"];
  if (screenshots) await takeScreenshots(screenshots);
});

afterAll(async () => {
  await page?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A build of two services; one fails, and prints what would be markup. */
function record(): BuildRecord {
  const build = new BuildRecord(`demo ${hostile}`, ["web", "api"], 10_000, true);
  const add = (time: number, service: string, event: ServiceCommandEvent["event"]): void =>
    build.add({ time: 10_000 + time, service, event });
  const step = (id: string, name: string): { type: "step"; id: string; name: string } => ({ type: "step", id, name });
  add(100, "web", { ...step("1", "[1/3] FROM base"), state: "cached" });
  add(200, "web", { ...step("i", "[internal] load build context"), internal: true, state: "started" });
  add(400, "web", { ...step("i", "[internal] load build context"), internal: true, state: "done", durationMs: 200 });
  add(1000, "web", { ...step("2", "[2/3] RUN make"), state: "started" });
  add(1500, "web", {
    type: "log",
    step: "2",
    stream: "stdout",
    data: "\u001b[1;31mred\u001b[0m plain\u001b[2K\u001b]0;title\u0007\u001b]8;;x\u001b\\\n50%\r100%\nneedle\n",
  });
  add(6000, "web", { ...step("2", "[2/3] RUN make"), state: "done", durationMs: 5000 });
  add(6100, "web", { type: "end", image: image("web", { successful: true }) });
  add(500, "api", { ...step("1", `[2/2] RUN ${hostile}`), state: "started" });
  add(700, "api", { type: "log", step: "1", stream: "stderr", data: `${hostile}\n` });
  add(4000, "api", { ...step("1", `[2/2] RUN ${hostile}`), state: "failed", error: "exit code: 2" });
  add(4100, "api", {
    type: "end",
    image: image("api", { successful: false, error: new Error(`it ended ${hostile}`) }),
  });
  return build;
}

function image(serviceName: string, more: Partial<LocalImage>): LocalImage {
  return { serviceName, name: `demo-${serviceName}`, startTime: 0, endTime: 1, external: false, ...more } as LocalImage;
}

/** The row of the step whose name has this text. */
const row = (name: string): string =>
  `[...document.querySelectorAll("button.row")].find((row) => row.textContent.includes(${JSON.stringify(name)}))`;
const logOf = (name: string): string => `document.getElementById(${row(name)}.getAttribute("aria-controls"))`;

async function takeScreenshots(folderOfThem: string): Promise<void> {
  await page.evaluate(`${row("RUN make")}.click(); ${row("[2/2] RUN")}.click()`);
  await page.screenshot(path.join(folderOfThem, "light.png"));
  await page.evaluate('document.getElementById("theme").click()');
  await page.screenshot(path.join(folderOfThem, "dark.png"));
  await page.evaluate(
    `document.getElementById("theme").click(); ${row("RUN make")}.click(); ${row("[2/2] RUN")}.click()`,
  );
}

test("each step has a bar where it was on the time axis", async () => {
  const bars = await page.evaluate<{ left: number; width: number; classes: string }[]>(`
    ["FROM base", "RUN make", "[2/2] RUN"].map((name) => {
      const row = [...document.querySelectorAll("button.row")].find((row) => row.textContent.includes(name));
      const track = row.querySelector(".track").getBoundingClientRect();
      const bar = row.querySelector(".bar").getBoundingClientRect();
      return { left: (bar.left - track.left) / track.width, width: bar.width / track.width, classes: row.className };
    })`);
  // The build took 10 s.
  expect(bars[1]).toMatchObject({ left: expect.closeTo(0.1, 2), width: expect.closeTo(0.5, 2) });
  expect(bars[2]).toMatchObject({ left: expect.closeTo(0.05, 2), width: expect.closeTo(0.35, 2) });
  expect(bars.map(({ classes }) => classes)).toEqual(["row step cached", "row step done", "row step failed"]);
  expect(await page.evaluate(`${row("FROM base")}.textContent`)).toContain("cached");
});

test("a click opens a step's log, colours rendered, overwritten text gone; another one closes it", async () => {
  expect(await page.evaluate(`${logOf("RUN make")}.hidden`)).toBe(true);
  await page.evaluate(`${row("RUN make")}.click()`);
  expect(await page.evaluate(`${logOf("RUN make")}.innerText`)).toBe("red plain\n100%\nneedle\n");
  const style = await page.evaluate<{ text: string; weight: string; differs: boolean }>(`(() => {
    const span = ${logOf("RUN make")}.querySelector("span");
    const { fontWeight, color } = getComputedStyle(span);
    return { text: span.textContent, weight: fontWeight, differs: color !== getComputedStyle(document.body).color };
  })()`);
  expect(style).toEqual({ text: "red", weight: "700", differs: true });
  expect(await page.evaluate(`${row("RUN make")}.getAttribute("aria-expanded")`)).toBe("true");
  await page.evaluate(`${row("RUN make")}.click()`);
  expect(await page.evaluate(`${logOf("RUN make")}.hidden`)).toBe(true);
});

test("what was printed is shown and never becomes part of the page; nothing is fetched", async () => {
  await page.evaluate(`${row("[2/2] RUN")}.click()`);
  expect(await page.evaluate(`${logOf("[2/2] RUN")}.innerText`)).toBe(`${hostile}\nexit code: 2\n`);
  await page.evaluate(`${row("[2/2] RUN")}.click()`);
  expect(await page.evaluate("document.title")).toBe(`demo ${hostile}: build`);
  expect(await page.evaluate("document.querySelector('section .error').textContent")).toContain("it ended </script>");
  expect(await page.evaluate("[window.hacked, document.images.length]")).toEqual([null, 0]);
  expect(page.requests).toEqual([]);
});

test("it is worked by the keyboard: /, search, Tab, arrows, Enter", async () => {
  await page.press("/");
  await page.type("NEEDLE");
  const shown =
    '[...document.querySelectorAll("button.row")].filter((row) => row.checkVisibility()).map((row) => row.querySelector(".name").textContent)';
  expect(await page.evaluate(shown)).toEqual(["[2/3] RUN make"]);
  await page.evaluate(`${row("RUN make")}.focus()`);
  await page.press("Enter");
  expect(await page.evaluate(`${logOf("RUN make")}.querySelector("mark").textContent`)).toBe("needle");
  await page.press("Enter");
  await page.evaluate(
    'document.getElementById("search").value = ""; document.getElementById("search").dispatchEvent(new Event("input"))',
  );
  await page.evaluate(`${row("FROM base")}.focus()`);
  await page.press("ArrowDown");
  expect(await page.evaluate("document.activeElement.querySelector('.name').textContent")).toBe("[2/3] RUN make");
  await page.press("ArrowUp");
  expect(await page.evaluate("document.activeElement.querySelector('.name').textContent")).toBe("[1/3] FROM base");
});

test("filters: kinds of steps, and the builder's own", async () => {
  const count = (): Promise<string> => page.evaluate('document.getElementById("count").textContent');
  const toggle = (state: string): Promise<void> =>
    page.evaluate(`document.querySelector("[data-state=${state}]").click()`);
  expect(await count()).toBe("3 steps");
  await toggle("internal");
  expect(await count()).toBe("4 steps");
  await toggle("done");
  expect(await count()).toBe("2 steps");
  await toggle("done");
  await toggle("internal");
});

test("dark and light", async () => {
  const background = (): Promise<string> => page.evaluate("getComputedStyle(document.body).backgroundColor");
  const before = await background();
  await page.evaluate('document.getElementById("theme").click()');
  expect(await background()).not.toBe(before);
  await page.evaluate('document.getElementById("theme").click()');
  expect(await background()).toBe(before);
});
