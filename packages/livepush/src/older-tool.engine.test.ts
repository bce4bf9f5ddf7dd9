// Where the older tool (livepush 3.5.4) fails, each by name. What it is about in more depth is tested where it belongs.
import { liveDockerfile } from "./live-dockerfile.ts";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Files, Workbench, writeFiles } from "../test/workbench.ts";
import type { Livepush } from "./livepush.ts";
import { watch } from "./watch.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

const base = "slipway-base/busybox:1";

interface Begun {
  readonly context: string;
  readonly push: Livepush;
  readonly containerId: string;
  readonly edit: (files: Files) => Promise<void>;
  /** Whether the container is as a fresh build would have it. */
  readonly expectFresh: (...roots: string[]) => Promise<void>;
}

async function begin(lines: string[], files: Files, stages: string[] = [], built?: string[]): Promise<Begun> {
  const text = `${lines.join("\n")}\n`;
  const context = await bench.folder({ Dockerfile: built ? `${built.join("\n")}\n` : text, ...files });
  const { push, containerId } = await bench.start(context, { text, stages });
  return {
    context,
    push,
    containerId,
    edit: async (changes) => {
      await writeFiles(context, changes);
      const names = Object.keys(changes);
      const gone = names.filter((name) => changes[name] === undefined);
      await push.performLivepush(
        names.filter((name) => changes[name] !== undefined),
        gone,
      );
    },
    expectFresh: async (...roots) => {
      const pushed = await Promise.all(roots.map((root) => bench.tree(containerId, root)));
      expect(pushed).toEqual(await bench.freshTrees(context, roots));
    },
  };
}

test("1: a deleted file is deleted, and can come again", async () => {
  const { edit, expectFresh } = await begin([`FROM ${base}`, "COPY src /src"], { "src/a": "1", "src/b": "1" });
  await edit({ "src/a": undefined });
  await expectFresh("/src");
  await edit({ "src/a": "2" });
  await expectFresh("/src");
});

test("2: a file lands where COPY puts it, not below its own path", async () => {
  const { edit, expectFresh } = await begin([`FROM ${base}`, "COPY a/b.ts /app/", "COPY src/* /all/"], {
    "a/b.ts": "1",
    "src/b.ts": "1",
    "src/sub/c.ts": "1",
  });
  await edit({ "a/b.ts": "2", "src/b.ts": "2", "src/sub/c.ts": "2" });
  await expectFresh("/app", "/all");
});

test("3: a destination folder stays a folder on busybox", async () => {
  const { edit, expectFresh } = await begin([`FROM ${base}`, "RUN mkdir /app", "COPY a /app"], { a: "1" });
  await edit({ a: "2" });
  await expectFresh("/app");
});

test("4: FROM --platform, tabs and spaces in FROM, COPY --from=IMAGE, --link and ADD are no errors", async () => {
  const lines = (link: string): string[] => [
    `FROM  --platform=linux/amd64 \t${base}  AS\tone`,
    "COPY a /a",
    `FROM\t${base}`,
    `COPY --from=${base} /bin/busybox /copied`,
    `COPY ${link}--from=one /a /from-one`,
    "ADD a /added",
  ];
  // The engine's own builder may not know --link yet.
  const { edit, expectFresh } = await begin(lines("--link "), { a: "1" }, ["one"], lines(""));
  await edit({ a: "2" });
  await expectFresh("/copied", "/from-one", "/added");
});

test("5: FROM a stage depends on it; relative WORKDIR, variables, dotfiles, rooted sources and heredocs count", async () => {
  const lines = (heredoc: string): string[] => [
    `FROM ${base} AS one`,
    "ARG TO=/to",
    "COPY a /one/a",
    "FROM one",
    "ARG TO=/to",
    "WORKDIR /app",
    "WORKDIR sub",
    "COPY a .",
    "COPY a $TO/a",
    "COPY /a /rooted",
    "COPY * /all/",
    heredoc,
    "RUN cat /here a > /both",
  ];
  const files = { a: "1", ".dot": "1", hidden: "here\n" };
  const { edit, expectFresh } = await begin(
    lines("COPY <<EOF /here\nhere\nEOF"),
    files,
    ["one"],
    lines("COPY hidden /here"),
  );
  await edit({ a: "2", ".dot": "2" });
  await expectFresh("/one", "/app", "/to", "/rooted", "/all", "/here", "/both");
});

test("6: a command has its step's WORKDIR, USER, SHELL and ENV; exec form its arguments; owner, mode, links are kept", async () => {
  const { edit, expectFresh } = await begin(
    [
      `FROM ${base}`,
      "RUN mkdir -m 777 /out",
      "WORKDIR /early",
      "COPY --chown=3:4 --chmod=640 a /kept/",
      "COPY tree /kept",
      "ENV NAME=early",
      "USER 1000",
      'SHELL ["/bin/sh", "-e", "-c"]',
      'RUN echo "$PWD $NAME $(id -u) $-" | tr -d "h" > /out/told',
      'RUN ["sh", "-c", "echo \\"$1\\" > /out/arg", "-", "two  words"]',
      "USER 0",
      "WORKDIR /late",
      "ENV NAME=late",
    ],
    { a: "1", tree: null, "tree/l": { link: "nowhere" }, "tree/x": { content: "x", mode: 0o755 } },
  );
  await edit({ a: "2", "tree/l": { link: "elsewhere" }, "tree/x": { content: "y", mode: 0o711 } });
  await expectFresh("/out", "/kept");
});

test("7: cancelled work is made up for, pushes never overlap, a failure stops what comes after and throws", async () => {
  const { context, push, containerId } = await begin(
    [
      `FROM ${base}`,
      "COPY a /a",
      "RUN ! grep -q slow /a || sleep 7211; ! grep -q bad /a || exit 1; cp /a /done",
      "COPY b /b",
    ],
    { a: "1", b: "1" },
  );
  let running = 0;
  let most = 0;
  push.on("start", () => (most = Math.max(most, (running += 1))));
  push.on("end", () => (running -= 1));
  await writeFiles(context, { a: "slow" });
  const executing = new Promise((resolve) => push.once("commandExecute", resolve));
  const first = push.performLivepush(["a"]);
  await executing;
  await writeFiles(context, { a: "2" });
  const [, , last] = await Promise.all([first, push.performLivepush(["a"]), push.performLivepush([])]);
  expect(last.outcome).toBe("pushed");
  expect(most).toBe(1);
  expect(await bench.say(containerId, "sh", "-c", "cat /done; ps | grep -c '[s]leep 7211' || true")).toBe("20");
  await writeFiles(context, { a: "bad", b: "2" });
  await expect(push.performLivepush(["a", "b"])).rejects.toMatchObject({ code: "LIVEPUSH_COMMAND_FAILED" });
  expect(await bench.say(containerId, "cat", "/b")).toBe("1");
});

test("8: between stages a missing source is an error, wildcards are files, new folders and links arrive", async () => {
  const { context, push, edit, expectFresh } = await begin(
    [
      `FROM ${base} AS one`,
      "COPY src /src",
      "RUN rm -rf /out && mkdir /out && cp -a /src/. /out/ && { ! [ -f /src/none ] || rm -r /out; }",
      `FROM ${base}`,
      "COPY --from=one /out/*.txt /texts/",
      "COPY --from=one /out /new/deep",
    ],
    { "src/a.txt": "a", "src/b.txt": "b" },
    ["one"],
  );
  await edit({ "src/a.txt": "A", "src/sub/c": "c", "src/l": { link: "a.txt" } });
  await expectFresh("/texts", "/new");
  await writeFiles(context, { "src/none": "" });
  await expect(push.performLivepush(["src/none"])).rejects.toMatchObject({ code: "LIVEPUSH_SOURCE_MISSING" });
});

test("9: stages come in their order, the tenth after the second", async () => {
  const names = Array.from({ length: 11 }, (_, i) => `s${i}`);
  const lines = names.flatMap((name, i) => [
    `FROM ${base} AS ${name}`,
    i === 0 ? "COPY a /a" : `COPY --from=${i - 1} /a /a`,
  ]);
  const { edit, push, expectFresh } = await begin(
    [...lines, `FROM ${base}`, "COPY --from=10 /a /a"],
    { a: "1" },
    names,
  );
  const order: number[] = [];
  push.on("files", ({ stageIdx }) => order.push(stageIdx));
  await edit({ a: "2" });
  expect(order).toEqual(Array.from({ length: 12 }, (_, i) => i));
  await expectFresh("/a");
});

test("10: what the watcher says is synced, also what comes during a push; it can be closed", async () => {
  const { context, push, containerId } = await begin(
    [`FROM ${base}`, "COPY src /src", "RUN sleep 0.3; cat /src/a > /sum"],
    { "src/a": "1", "src/b": "1" },
  );
  const watching = watch(context);
  await watching.ready;
  const pushes: Promise<unknown>[] = [];
  push.once("commandExecute", () => void writeFiles(context, { "src/b": "2" }));
  await writeFiles(context, { "src/a": "2" });
  for await (const { changed, deleted } of watching) {
    pushes.push(push.performLivepush(changed, deleted));
    if (pushes.length === 2) break;
  }
  await Promise.all(pushes);
  expect(await bench.say(containerId, "cat", "/src/a", "/src/b", "/sum")).toBe("222");
});

test("11: 100 deletions are one call", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `src/f${i}`);
  const { push, context, containerId } = await begin(
    [`FROM ${base}`, "COPY src /src"],
    Object.fromEntries([...names, "src/keep"].map((name) => [name, name])),
  );
  const events: string[] = [];
  push.on("files", ({ deleted }) => events.push(`${deleted.length} deleted`));
  await writeFiles(context, Object.fromEntries(names.map((name) => [name, undefined])));
  await push.performLivepush([], names);
  expect(events).toEqual(["100 deleted"]);
  expect(await bench.say(containerId, "ls", "/src")).toBe("keep");
});

test("12: .dockerignore goes; an exited container is started; build arguments hold, and may be set anew", async () => {
  const { push, containerId, edit } = await begin(
    [`FROM ${base}`, "ARG NAME=one", "COPY src /src", "RUN echo $NAME > /name"],
    { ".dockerignore": "**/*.log\n", "src/a": "1" },
  );
  await edit({ "src/a": "2", "src/x.log": "no" });
  expect(await bench.say(containerId, "cat", "/name")).toBe("one");
  push.setBuildArgs({ NAME: "two" });
  await bench.engine.docker.getContainer(containerId).kill();
  await edit({ "src/a": "3" });
  expect(await bench.say(containerId, "sh", "-c", "cat /name; ls /src")).toBe("two\na");
  expect(() => liveDockerfile("FROM x\n#dev-cmd-live=a\n#dev-cmd-live=b\n")).toThrow(/second/);
});
