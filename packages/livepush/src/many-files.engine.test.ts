import { randomBytes } from "node:crypto";
import { chmod, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Workbench } from "../test/workbench.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

/** Busybox' shell prefers its own programs to others', so ours are functions of the shell that live push opens. */
const shell = (functions: string): string =>
  ["#!/bin/busybox sh", '[ $# -eq 0 ] || exec busybox sh "$@"', functions, ". /dev/stdin", ""].join("\n");
const noted = 'echo "$*" >>/said';
const images = {
  "a tar that unzips": { functions: `tar() { ${noted}; busybox tar "$@"; }`, calls: /^-x -z .*$/ },
  "a tar that does not": {
    functions: `tar() { ${noted}; case "$*" in *-z*) return 1 ;; esac; busybox tar "$@"; }`,
    calls: /^-x -p .*$/,
  },
  "no tar": { functions: `tar() { ${noted}; }; command() { [ "$2" != tar ]; }`, calls: /^$/ },
};

for (const [name, { functions, calls }] of Object.entries(images)) {
  test(`many files arrive with mode, time, owner and links; in an image with ${name}`, async () => {
    const text =
      "FROM slipway-base/busybox:1\nRUN touch /said; rm /bin/sh\nCOPY sh /bin/sh\nCOPY --chown=7:8 src /app\n";
    const sh = { content: shell(functions), mode: 0o755 };
    const context = await bench.folder({ Dockerfile: text, sh, "src/d/keep": "1" });
    const { push, containerId } = await bench.start(context, { text });
    const file = (of: string): string => path.join(context, "src/d", of);
    const names = Array.from({ length: 80 }, (_, i) => `f${i}`);
    for (const [i, of] of names.entries()) {
      await writeFile(file(of), i === 40 ? randomBytes(5_000) : `${i} `.repeat(i * 20));
      await chmod(file(of), [0o644, 0o755, 0o600, 0o4755][i % 4] ?? 0);
      await utimes(file(of), 1_700_000_000 + i, 1_700_000_000 + i);
    }
    await symlink("f1", file("link"));
    await push.performLivepush([...names, "link"].map((of) => `src/d/${of}`));
    const said = (await bench.say(containerId, "cat", "/said")).split("\n").filter((line) => !line.startsWith("-t "));
    expect(said.join("\n")).toMatch(calls);
    const [fresh] = await bench.freshTrees(context, ["/app"]);
    expect(await bench.tree(containerId, "/app")).toEqual(fresh);
    const times = await bench.say(containerId, "sh", "-c", `cd /app/d; stat -c %Y ${names.join(" ")}`);
    expect(times.split("\n").map(Number)).toEqual(names.map((_, i) => 1_700_000_000 + i));
  });
}
