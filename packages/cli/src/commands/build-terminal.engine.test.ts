import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { TestTerminal } from "../../test/terminal.ts";
import { Workspace } from "../../test/workspace.ts";

let work: Workspace;

beforeAll(async () => {
  work = await Workspace.open();
});

afterEach(() => work.clear());

afterAll(() => work.close());

const fine = `FROM slipway-base/busybox:1\nARG MODE=none\nRUN echo mode-$MODE > /mode\nLABEL made=1\n`;
/** The command at a real terminal of 60 × 20, by util-linux' `script`. */
function atTerminal(...args: string[]) {
  const bin = path.join(import.meta.dirname, "../../bin/slipway.js");
  const command = `stty cols 60 rows 20; exec '${process.execPath}' '${bin}' ${args.join(" ")}`;
  const env = { ...process.env, TERM: "xterm-256color", LANG: "C.UTF-8", SHELL: "/bin/sh", NO_COLOR: "1" };
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    cwd: work.folder,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const terminal = new TestTerminal(60, 20);
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    terminal.output.write(text);
    for (const check of waiting) check();
  });
  const ended = once(child, "close").then(([code]) => code as number);
  const until = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (terminal.written.includes(text)) resolve();
      };
      waiting.add(check);
      void ended.then(() => reject(new Error(`it ended without "${text}":\n${terminal.written}`)));
      check();
    });
  return { child, terminal, ended, until };
}

test("at a terminal: a view while it builds, then what became of each service, and the table", async () => {
  await work.files({ "compose.yaml": work.compose("web", "api") });
  await work.files({ "web/Dockerfile": `${fine}RUN echo of-web; sleep 1\n`, "api/Dockerfile": `${fine}RUN sleep 1\n` });
  const { terminal, ended, until } = atTerminal("build", "--no-cache");
  await until("│ of-web");
  expect(terminal.cursorIsHidden).toBe(true);
  expect(await ended).toBe(0);
  expect(terminal.cursorIsHidden).toBe(false);
  const lines = await terminal.lines();
  expect(lines[0]).toMatch(new RegExp(`^built ${work.runId}: 2 done \\d+s$`));
  expect(lines.slice(1, 3)).toEqual([
    expect.stringMatching(/^✔ web {2}built in .* s, \d of 3 steps cached$/),
    expect.stringMatching(/^✔ api {2}built in .* s, \d of 3 steps cached$/),
  ]);
  expect(lines.join("\n")).toContain("SERVICE  IMAGE");
});

test("Ctrl-C at a terminal: exit code 130, the cursor is back, and nothing of the build goes on", async () => {
  await work.files({
    "compose.yaml": work.compose("web"),
    "web/Dockerfile": `${fine}RUN echo started; sleep 600 # ${work.runId}\n`,
  });
  const { child, terminal, ended, until } = atTerminal("build", "--report", "r.html");
  await until("│ started");
  child.stdin.write("\u0003");
  expect(await ended).toBe(130);
  expect(terminal.cursorIsHidden).toBe(false);
  expect((await terminal.lines()).join("\n")).toContain(`cancelled ${work.runId}`);
  expect(await readFile(path.join(work.folder, "r.html"), "utf8")).toContain('"state":"cancelled"');
  expect(await commandLines()).not.toContain(`sleep 600 # ${work.runId}`);
  expect(await work.images()).toEqual([]);
});

/** What all processes of this machine were called with. */
async function commandLines(): Promise<string> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = (id: string): Promise<string> => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
  return (await Promise.all(processes.map(read))).join("\n").replaceAll("\0", " ");
}
