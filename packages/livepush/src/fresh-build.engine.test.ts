import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Files, Workbench, writeFiles } from "../test/workbench.ts";

/** After a push the container must be as a fresh build of the edited context would have made it. */
interface Case {
  readonly name: string;
  readonly dockerfile: string;
  readonly files: Files;
  readonly edits: readonly Files[];
  readonly roots: readonly string[];
  /** Names of the stages but the last. */
  readonly stages?: string[];
  /** How the container is made. */
  readonly run?: object;
}

const from = "FROM slipway-base/busybox:1\n";

const cases: Case[] = [
  {
    name: "a single file to a path, into the working folder, into a folder with a slash and to a new name",
    dockerfile: `${from}WORKDIR /usr/src/app\nCOPY a/b.ts /app/\nCOPY package.json .\nCOPY a/b.ts ../other/name.ts\nCOPY a/b.ts nested/deep/\n`,
    files: { "a/b.ts": "one", "package.json": "{}" },
    edits: [{ "a/b.ts": "two", "package.json": "{ }" }, { "a/b.ts": { content: "three", mode: 0o755 } }],
    roots: ["/app", "/usr/src"],
  },
  {
    name: "a file to a folder of the image, named without a slash",
    dockerfile: `${from}COPY tool.sh /usr/local\nCOPY one /bin\nCOPY one /etc/one\n`,
    files: { "tool.sh": { content: "echo 1", mode: 0o755 }, one: "1" },
    edits: [{ "tool.sh": { content: "echo 2", mode: 0o750 }, one: "2" }],
    roots: ["/usr/local", "/bin/one", "/etc/one"],
  },
  {
    name: "a folder's content: changed, new, deleted, nested, empty, links",
    dockerfile: `${from}WORKDIR /app\nCOPY src/ src/\n`,
    files: {
      "src/keep.txt": "keep",
      "src/change.txt": "1",
      "src/gone.txt": "x",
      "src/folder/a.txt": "a",
      "src/folder/sub/b.txt": "b",
      "src/empty": null,
      "src/link": { link: "keep.txt" },
    },
    edits: [
      {
        "src/change.txt": "2",
        "src/gone.txt": undefined,
        "src/folder": undefined,
        "src/new/deep/c.txt": { content: "c", mode: 0o600 },
        "src/empty2": null,
        "src/link": { link: "change.txt" },
        "src/dangling": { link: "/no/such" },
      },
      { "src/empty": undefined, "src/new": "now a file", "src/keep.txt": undefined },
      { "src/new": undefined },
      { "src/new/again.txt": "a folder again" },
    ],
    roots: ["/app"],
  },
  {
    name: "wildcards take dotfiles, folders' contents and nested patterns",
    dockerfile: `${from}COPY src/* /app/\nCOPY */*.md /docs/\nCOPY [ab]?.txt /letters/\nCOPY * /all/\n`,
    files: {
      "src/b.ts": "b",
      "src/.hidden": "h",
      "src/lib/x.ts": "x",
      "one/readme.md": "1",
      "two/readme2.md": "2",
      "a1.txt": "a1",
      "c1.txt": "c1",
    },
    edits: [
      {
        "src/b.ts": "B",
        "src/.hidden": "H",
        "src/.new": "n",
        "src/lib/x.ts": "X",
        "src/lib/y.ts": "Y",
        "one/readme.md": "11",
        "b2.txt": "b2",
        "c1.txt": "c2",
      },
      { "src/lib/x.ts": undefined, "two/readme2.md": undefined, "a1.txt": undefined },
    ],
    roots: ["/app", "/docs", "/letters", "/all"],
  },
  {
    name: "all of the context, with an ignore file",
    dockerfile: `${from}WORKDIR /app\nCOPY . .\n`,
    files: {
      ".dockerignore": "*.log\nnode_modules\n!important.log\n",
      "index.js": "1",
      "debug.log": "no",
      "important.log": "yes",
      "node_modules/dep/index.js": "dep",
    },
    edits: [
      { "index.js": "2", "debug.log": "no!", "important.log": "yes!", "node_modules/dep/index.js": "changed" },
      { ".dockerignore": "index.js\n" },
    ],
    roots: ["/app"],
  },
  {
    name: "owners and modes given by number, and folders made for them",
    dockerfile: `${from}COPY --chown=1000:2000 src/ /srv/made/src/\nCOPY --chown=7 --chmod=640 one.txt /srv/other/one.txt\nCOPY --chmod=700 src /mode\n`,
    files: { "src/a.txt": "a", "src/sub/b.txt": "b", "one.txt": "1" },
    edits: [{ "src/a.txt": "A", "src/sub/c.txt": "c", "src/new/d.txt": "d", "one.txt": "2" }],
    roots: ["/srv", "/mode"],
  },
  {
    name: "owners by name",
    dockerfile: `${from}RUN echo 'app:x:1234:4321::/:/bin/sh' >>/etc/passwd && echo 'team:x:77:' >>/etc/group\nCOPY --chown=app a.txt /own/\nCOPY --chown=app:team b.txt /own/\n`,
    files: { "a.txt": "a", "b.txt": "b" },
    edits: [{ "a.txt": "A", "b.txt": "B" }],
    roots: ["/own"],
  },
  {
    name: "commands run again in their own folder, environment and shell; exec form keeps its arguments",
    dockerfile: [
      "FROM slipway-base/busybox:1",
      "ENV STAGE=early SAID='a b'",
      "ARG WHO=arg",
      "WORKDIR /first",
      "COPY in.txt .",
      'RUN echo "$(cat in.txt) $WHO $STAGE $SAID $LATE $PWD $HOME" > out.txt',
      'RUN ["sh", "-c", "printf \'%s|\' \\"$@\\" > argv.txt", "sh", "two words", "$STAGE"]',
      'SHELL ["/bin/sh", "-e", "-c"]',
      "RUN false || true; echo $0 > shell.txt",
      "WORKDIR sub",
      "RUN umask 077; pwd > where.txt",
      "ENV LATE=late STAGE=late",
      "WORKDIR /last",
      "",
    ].join("\n"),
    files: { "in.txt": "1" },
    edits: [{ "in.txt": "2" }],
    roots: ["/first", "/last"],
  },
  {
    name: "a RUN's user is the step's",
    dockerfile: `${from}RUN mkdir -m 777 /data\nCOPY in.txt /data/\nUSER 1000:1000\nRUN cat /data/in.txt > /data/as-user; id -u > /data/id; id -g >> /data/id\nUSER 5\n`,
    files: { "in.txt": "1" },
    edits: [{ "in.txt": "2" }],
    roots: ["/data"],
  },
  {
    name: "one COPY over another: what is deleted reveals the earlier, what changes stays hidden by the later",
    dockerfile: `${from}COPY defaults/ /app/\nCOPY overrides/ /app/\nRUN cat /app/* > /all\n`,
    files: { "defaults/a": "da", "defaults/b": "db", "overrides/a": "oa", "overrides/c": "oc" },
    edits: [
      { "defaults/a": "DA" },
      { "overrides/a": undefined },
      { "overrides/a": "back" },
      { "overrides/c": undefined },
    ],
    roots: ["/app", "/all"],
  },
  {
    name: "what a command wrote over, a later COPY puts back",
    dockerfile: `${from}WORKDIR /app\nCOPY package.json lock ./\nRUN cp package.json lock; echo gen > made\nCOPY . .\n`,
    files: { "package.json": "1", lock: "locked", "src/a.js": "a" },
    edits: [{ "package.json": "2" }],
    roots: ["/app"],
  },
  {
    name: "stages: COPY --from brings files, folders, links, wildcards; FROM a stage takes its steps over",
    stages: ["base", "compile"],
    dockerfile: [
      "FROM slipway-base/busybox:1 AS base",
      "COPY shared.txt /shared/",
      "RUN wc -c </shared/shared.txt > /shared/size",
      "FROM  --platform=linux/amd64 base\tAS Compile",
      "WORKDIR /build",
      "COPY src/ src/",
      "RUN mkdir -p out/bin && cp -r src/. out && ln -sf ../a.txt out/bin/link && cat /shared/size > out/size && chown -R 3:4 out",
      "FROM base",
      "COPY --from=compile /build/out /app/dist",
      "COPY --from=1 /build/out/*.txt /texts/",
      "COPY --from=compile --chown=9:9 build/out/size /app/size.txt",
      "RUN ls -R /app > /listing",
      "",
    ].join("\n"),
    files: { "shared.txt": "s", "src/a.txt": "a", "src/b.txt": "b", "src/sub/c.txt": "c" },
    edits: [{ "src/a.txt": "A", "src/sub/d.txt": "d", "src/n.txt": "n" }, { "shared.txt": "shared!" }],
    roots: ["/shared", "/app", "/texts", "/listing"],
  },
  {
    name: "links among the sources are followed, those in folders are not",
    dockerfile: `${from}COPY current/app.js /app/\nCOPY alias /app/alias.txt\nCOPY tree /tree\n`,
    files: {
      "releases/1/app.js": "one",
      current: { link: "releases/1" },
      alias: { link: "real.txt" },
      "real.txt": "real",
      "tree/inner": { link: "../real.txt" },
    },
    edits: [{ "releases/1/app.js": "two", "real.txt": "REAL" }],
    roots: ["/app", "/tree"],
  },
  {
    name: "links of the image on the way to a destination, and in its place",
    dockerfile: `${from}RUN mkdir -p /real/in /x && echo 0 > /real/file && ln -s /real /app && ln -s real /rel && ln -s /real/file /x/conf && ln -s ../real/in /x/in && ln -s /real/none /x/none\nCOPY src /app/src\nCOPY one /rel/one\nCOPY one /x/conf\nCOPY one /x/none\nCOPY src /x/in\nCOPY one /app/\n`,
    files: { "src/a": "1", "src/d/x": "x", one: "1" },
    edits: [
      { "src/a": "2", one: "2", "src/d/y": "n", "src/new/deep/f": "1" },
      { "src/d": undefined, "src/a": undefined, "src/b": "b", one: { content: "3", mode: 0o755 } },
    ],
    roots: ["/real", "/x"],
  },
  {
    name: "a command's environment and user, whatever the container's own",
    dockerfile: `${from}ENV A=1\nUSER 1000\nENV B=2\nARG C=3\nUSER 0\nCOPY in /in\nUSER 1234:4321\nRUN { env | sort; id -u; id -g; pwd; umask; ulimit -n; cat /in; } > /tmp/seen\n`,
    files: { in: "1" },
    edits: [{ in: "2" }],
    roots: ["/tmp/seen"],
    run: { Env: ["EXTRA=1", "A=other"] },
  },
  {
    name: "a link and a file in one place, put back after a command",
    dockerfile: `${from}COPY in /in\nRUN rm -rf /app; cp /in /out\nCOPY a b /app/\n`,
    files: { in: "1", "a/x": { link: "/nowhere" }, "a/y": "y", "b/x": "x" },
    edits: [{ in: "2" }, { in: "3", "b/x": undefined }],
    roots: ["/app", "/out"],
  },
  {
    name: "the context's own folder, mounted, as everyone may enter it; a path below what became a file",
    dockerfile: `${from}RUN --mount=target=/ctx stat -c '%a %u:%g' /ctx /ctx/d > /tmp/seen; cat /ctx/in >> /tmp/seen\nCOPY src /src\n`,
    files: { in: "1", "d/x": "x", "src/d/f": "f", "src/d/g": "g" },
    edits: [{ in: "2" }, { "src/d": "a file" }],
    roots: ["/tmp/seen", "/src"],
  },
  {
    name: "ADD of plain files is COPY; odd names",
    dockerfile: `${from}ADD src /app\nADD plain.txt /app/\nCOPY ["with space.txt", "/app/"]\n`,
    files: { "src/a": "a", "plain.txt": "p", "with space.txt": "s" },
    edits: [
      {
        "src/a": "A",
        "plain.txt": "P",
        "with space.txt": "S",
        'src/it\'s $odd\n"name"': "odd",
        "src/ünï.txt": "u",
        [`src/${"long/".repeat(30)}file.txt`]: "deep",
      },
      { 'src/it\'s $odd\n"name"': undefined, "src/ünï.txt": undefined },
    ],
    roots: ["/app"],
  },
];

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

test.each(cases)("$name", async ({ dockerfile, files, edits, roots, stages = [], run = {} }) => {
  const context = await bench.folder({ Dockerfile: dockerfile, ...files });
  const { push, containerId } = await bench.start(context, { text: dockerfile, stages, run });
  for (const edit of edits) {
    await writeFiles(context, edit);
    const named = (gone: boolean): string[] => Object.keys(edit).filter((name) => (edit[name] === undefined) === gone);
    await push.performLivepush(named(false), named(true));
    const pushed = await Promise.all(roots.map((root) => bench.tree(containerId, root)));
    expect(pushed).toEqual(await bench.freshTrees(context, roots));
  }
});
