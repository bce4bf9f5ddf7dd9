import { type ContextFile, ContextListing } from "../src/context-listing.ts";
import type { PlanInput } from "../src/plan.ts";
import type { PushPlan } from "../src/push-plan.ts";
import type { FactBook } from "../src/stage-facts.ts";

export const file: ContextFile = { type: "file", archive: false };

/** One row of the planner's table: a Dockerfile, a context, a change, and what is planned. */
export interface PlanCase {
  readonly name: string;
  readonly dockerfile: string;
  /** The context now; a path that ends in a slash is a folder, `a>b` a link to b. */
  readonly context?: string;
  readonly changed?: string;
  readonly deleted?: string;
  readonly facts?: (facts: FactBook) => void;
  readonly input?: Partial<PlanInput>;
  /** One text for each action. */
  readonly actions?: readonly string[];
  readonly rebuild?: readonly string[];
  readonly questions?: PushPlan["questions"];
  readonly warnings?: readonly string[];
  readonly restart?: boolean;
}

export const cases: PlanCase[] = [
  {
    name: "a file to a path keeps no part of its own path",
    dockerfile: "FROM x\nCOPY a/b.ts /app/\nCOPY a/b.ts /app/c.ts",
    context: "a/ a/b.ts",
    changed: "a/b.ts",
    facts: (facts) => facts.setDestination(0, "/app/c.ts", { folder: false, end: "/app/c.ts" }),
    actions: ["0:0 copy a/b.ts>/app/b.ts", "0:1 copy a/b.ts>/app/c.ts"],
    restart: true,
  },
  {
    name: "whether a destination is a folder is asked only where nothing says so",
    dockerfile: "FROM x\nWORKDIR /app\nCOPY a .\nCOPY a /bin\nCOPY a /app\nCOPY d /bin",
    context: "a d/ d/x",
    changed: "a d/x",
    questions: [{ kind: "folder", stage: 0, path: "/bin" }],
  },
  {
    name: "and its answer decides",
    dockerfile: "FROM x\nCOPY a /bin",
    context: "a",
    changed: "a",
    facts: (facts) => facts.setDestination(0, "/bin", { folder: true, end: "/bin" }),
    actions: ["0:0 copy a>/bin/a"],
  },
  {
    name: "a file is written through a link at its destination, and a deletion leaves the link",
    dockerfile: "FROM x\nCOPY a /etc/conf\nCOPY gone /etc/other",
    context: "a",
    changed: "a",
    deleted: "gone",
    facts: (facts) => {
      facts.setDestination(0, "/etc/conf", { folder: false, end: "/real/conf" });
      facts.setDestination(0, "/etc/other", { folder: false, end: "/real/other" });
      facts.setShell(0, true);
    },
    actions: ["0:0 copy a>/real/conf", "0:1 delete /real/other"],
    warnings: ["`COPY gone /etc/other`: there is no gone in the context any more; a build would fail"],
  },
  {
    name: "wildcards: files lose their folders, matched folders give their content",
    dockerfile: "FROM x\nCOPY src/* /app/",
    context: "src/ src/b.ts src/.env src/lib/ src/lib/deep/ src/lib/deep/x",
    changed: "src/b.ts src/.env src/lib/deep/x",
    actions: ["0:0 copy src/.env>/app/.env src/b.ts>/app/b.ts src/lib/deep/x>/app/deep/x"],
  },
  {
    name: "a leading slash and dots in sources; variables in both",
    dockerfile: "FROM x\nENV D=out\nARG S=src\nWORKDIR /a\nWORKDIR b\nCOPY /./$S/../src ${D}/",
    context: "src/ src/f",
    changed: "src/f",
    actions: ["0:4 copy src/f>/a/b/out/f"],
  },
  {
    name: "a deleted folder with all that it held; what another source has stays",
    dockerfile: "FROM x\nCOPY src other /app/",
    context: "src/ other/ other/both",
    deleted: "src/both src/d/ src/d/f",
    facts: (facts) => facts.setShell(0, true),
    actions: ["0:0 delete /app/d/f /app/d?", "0:0 copy other/both>/app/both"],
  },
  {
    name: "a file that became a folder and the reverse",
    dockerfile: "FROM x\nCOPY src /app",
    context: "src/ src/a/ src/a/f src/b",
    facts: (facts) => facts.setShell(0, true),
    input: {
      changes: [
        { path: "src/a", before: file, after: { type: "directory" } },
        { path: "src/a/f", after: file },
        { path: "src/b", before: { type: "directory" }, after: file },
        { path: "src/b/g", before: file },
      ],
    },
    actions: ["0:0 delete /app/b/g /app/b! /app/a!", "0:0 copy src/a>/app/a src/a/f>/app/a/f src/b>/app/b"],
  },
  {
    name: "a source that is gone is removed, with a warning",
    dockerfile: "FROM x\nCOPY a.txt /app/",
    deleted: "a.txt",
    facts: (facts) => facts.setShell(0, true),
    actions: ["0:0 delete /app/a.txt"],
    warnings: ["`COPY a.txt /app/`: there is no a.txt in the context any more; a build would fail"],
  },
  {
    name: "deleting without a shell needs a rebuild",
    dockerfile: "FROM x\nCOPY src /app",
    context: "src/",
    deleted: "src/a",
    facts: (facts) => facts.setShell(0, false),
    rebuild: ["the container has no shell to delete /app/a with"],
  },
  {
    name: "the working folder itself is never removed",
    dockerfile: "FROM x\nWORKDIR /app/sub\nCOPY src /app/",
    deleted: "src/ src/sub/ src/sub/f",
    facts: (facts) => facts.setShell(0, true),
    actions: ["0:1 delete /app/sub/f"],
    warnings: ["`COPY src /app/`: there is no src in the context any more; a build would fail"],
  },
  {
    name: "commands run again with what is in force at their step",
    dockerfile: [
      "FROM x",
      "ENV A=1",
      "ARG B=2",
      "COPY a /",
      "RUN make it",
      "WORKDIR /w",
      "USER me:us",
      'SHELL ["/bin/bash", "-c"]',
      "ENV A=3",
      "RUN <<EOF\necho script\nEOF",
      'RUN ["tool", "two words"]',
    ].join("\n"),
    context: "a",
    changed: "a",
    actions: [
      "0:2 copy a>/a",
      '0:3 run ["/bin/sh","-c","make it"] in / as 0 A=1 B=2',
      '0:8 run ["/bin/bash","-c","echo script\\n"] in /w as me:us A=3 B=2',
      '0:9 run ["tool","two words"] in /w as me:us A=3 B=2',
    ],
  },
  {
    name: "commands before the change do not run; a later COPY takes only what changed of its own, and puts back what a command wrote over",
    dockerfile: "FROM x\nRUN before\nCOPY package.json ./\nRUN install\nCOPY src /src",
    context: "package.json src/ src/a src/b",
    changed: "package.json src/b",
    actions: [
      "0:1 copy package.json>/package.json",
      '0:2 run ["/bin/sh","-c","install"] in / as 0',
      "0:3 copy src/b>/src/b",
      "0:3 repair src>/src src/a>/src/a",
    ],
  },
  {
    name: "a new folder in the place of another source's link can't be built, and is not pushed",
    dockerfile: "FROM x\nCOPY a b /app/\nCOPY c /app/",
    context: "a/ a/keep a/l>keep b/ b/l/ c/ c/keep/",
    changed: "c/keep",
    input: {
      changes: [
        { path: "b/l", before: undefined, after: { type: "directory" } },
        { path: "c/keep", before: undefined, after: { type: "directory" } },
      ],
    },
    rebuild: [
      "b/l is a folder and a/l is not, and both would be /app/l",
      "c/keep is a folder and a/keep is not, and both would be /app/keep",
    ],
  },
  {
    name: "where sources meet, the last one is put back, and only that",
    dockerfile: "FROM x\nCOPY in /in\nRUN make\nCOPY a b /app/",
    context: "in a/ a/x>/nowhere a/y b/ b/x",
    changed: "in",
    facts: (facts) => facts.setDestination(0, "/in", { folder: false, end: "/in" }),
    actions: [
      "0:0 copy in>/in",
      '0:1 run ["/bin/sh","-c","make"] in / as 0',
      "0:2 repair b>/app b/x>/app/x a/y>/app/y",
    ],
  },
  {
    name: "owners and modes",
    dockerfile: "FROM x\nCOPY --chown=1:2 --chmod=0640 a /\nCOPY --chown=5 a /five/\nCOPY --chown=app a /app/",
    context: "a",
    changed: "a",
    facts: (facts) =>
      facts.setAccounts(0, { users: new Map([["app", { uid: 10, gid: 20 }]]), groups: new Map([["g", 3]]) }),
    actions: ["0:0 copy a>/a(1:2,640)", "0:1 copy a>/five/a(5:5)", "0:2 copy a>/app/a(10:20)"],
  },
  {
    name: "an owner that nobody knows needs a rebuild, and names are asked for",
    dockerfile: "FROM x\nCOPY --chown=app:team a /",
    context: "a",
    changed: "a",
    questions: [{ kind: "accounts", stage: 0 }],
  },
  {
    name: "what needs a build: secrets, downloads, archives that only builders read, symbolic modes, a network of its own",
    dockerfile: [
      "FROM x",
      "ADD a.tar.xz /",
      "ADD was.tar /",
      "COPY --chmod=u+x a /",
      "ADD https://example.com/x /x",
      "RUN --mount=type=secret,id=token go",
      "RUN --network=none go",
    ].join("\n"),
    context: "a a.tar.xz was.tar",
    facts: (facts) => facts.setShell(0, true),
    input: {
      context: new ContextListing([
        ["a", file],
        ["a.tar.xz", { type: "file", archive: "other" }],
        ["was.tar", file],
      ]),
      changes: [
        { path: "a.tar.xz", before: file, after: { type: "file", archive: "other" } },
        { path: "was.tar", before: { type: "file", archive: "tar" }, after: file },
        { path: "a", before: file, after: file },
      ],
    },
    rebuild: [
      "`ADD a.tar.xz /` unpacks a.tar.xz, which only builders can",
      "`ADD was.tar /` unpacked was.tar, which is no archive any more",
      "`COPY --chmod=u+x a /` has a --chmod that is no octal number",
      "`ADD https://example.com/x /x` would download again, after `COPY --chmod=u+x a /`",
      "`RUN --mount=type=secret,id=token go` needs its secret mount, which only a build has",
      "`RUN --network=none go` runs on a network of its own",
    ],
  },
  {
    name: "a changed link moves all behind it; an archive is unpacked again; a mount is read again",
    dockerfile: [
      "FROM x",
      "COPY via /app/",
      "ADD a.tar /unpacked",
      "RUN --mount=type=bind,source=conf,target=/c use",
    ].join("\n"),
    facts: (facts) => facts.setShell(0, true),
    input: {
      context: new ContextListing([
        ["via", { type: "symlink", linkname: "new" }],
        ["old", { type: "directory" }],
        ["old/a", file],
        ["old/both", file],
        ["new", { type: "directory" }],
        ["new/b", file],
        ["new/both", file],
        ["a.tar", { type: "file", archive: "tar" }],
        ["conf", { type: "directory" }],
        ["conf/f", file],
      ]),
      changes: [
        { path: "via", before: { type: "symlink", linkname: "old" }, after: { type: "symlink", linkname: "new" } },
        { path: "a.tar", before: { type: "file", archive: "tar" }, after: { type: "file", archive: "tar" } },
        { path: "conf/f", before: file, after: file },
      ],
    },
    actions: [
      "0:0 delete /app/a",
      "0:0 copy new>/app new/b>/app/b new/both>/app/both",
      "0:1 flow a.tar",
      '0:2 run ["/bin/sh","-c","use"] in / as 0',
    ],
    restart: true,
  },
  {
    name: "an unknown environment stands in the way of a command, not of a copy",
    dockerfile: "FROM x\nCOPY a /\nRUN go\nCOPY b /",
    context: "a b",
    changed: "a",
    input: { unknownEnvironment: new Set([0]) },
    rebuild: ["`RUN go` must run again, but its base image is not on the engine, so its environment is not known"],
  },
  {
    name: "other stages: only those that reach the last; FROM a stage takes its steps over; a flow leads to conditional commands",
    dockerfile: [
      "FROM x AS base",
      "COPY lib /lib",
      "FROM base AS unused",
      "COPY src /src",
      "FROM x AS build",
      "COPY src /src",
      "RUN make",
      "FROM base",
      "COPY --from=build /out /app",
      "COPY --from=image:1 /x /x",
      "RUN link",
    ].join("\n"),
    context: "src/ src/a lib/ lib/l",
    changed: "src/a",
    actions: [
      "2:0 copy src/a>/src/a",
      '2:1 run ["/bin/sh","-c","make"] in / as 0',
      "3:1 flow 2",
      "3:2 flow repair 2 image:1",
      '3:3 run? ["/bin/sh","-c","link"] in / as 0',
    ],
    restart: true,
  },
  {
    name: "the steps of the stage that it is FROM are the last stage's, and restart it",
    dockerfile: "FROM x AS base\nCOPY lib /lib\nRUN build\nFROM base\nCOPY src /src",
    context: "src/ lib/ lib/l",
    changed: "lib/l",
    actions: ["1:0 copy lib/l>/lib/l", '1:1 run ["/bin/sh","-c","build"] in / as 0', "1:2 repair src>/src"],
    restart: true,
  },
  {
    name: "a change that only a sleeping stage sees, and nothing flows from, restarts nothing",
    dockerfile: "FROM x AS a\nCOPY f /f\nFROM x\nCOPY g /g",
    context: "f g",
    changed: "f",
    actions: [],
    restart: false,
  },
  {
    name: "what a later COPY hides is written and hidden again",
    dockerfile: "FROM x\nCOPY one/ /app/\nRUN between\nCOPY two/ /app/",
    context: "one/ one/a one/b two/ two/a",
    changed: "one/a",
    actions: [
      "0:0 copy one/a>/app/a",
      '0:1 run ["/bin/sh","-c","between"] in / as 0',
      "0:2 copy two/a>/app/a",
      "0:2 repair two>/app",
    ],
  },
  {
    name: "a COPY from elsewhere puts right what came over it, before or after, and only if something did",
    dockerfile:
      "FROM x AS s\nFROM x\nCOPY --from=img /x /app/\nCOPY one/ /app/\nCOPY --from=s /y /app/sub/\nCOPY --from=s /z /z",
    context: "one/ one/sub/ one/sub/a",
    changed: "one/sub/a",
    deleted: "one/gone",
    facts: (facts) => facts.setShell(1, true),
    actions: ["1:1 delete /app/gone", "1:1 copy one/sub/a>/app/sub/a", "1:1 flow repair 0 img", "1:2 flow repair 2 0"],
  },
  {
    name: "after a live command nothing restarts",
    dockerfile: "FROM x\nCOPY a /a/\nCMD live\nCOPY b /b/",
    context: "a b",
    changed: "b",
    input: { liveFrom: { stage: 0, step: 2 } },
    actions: ["0:2 copy b>/b/b"],
    restart: false,
  },
  {
    name: "what was left undone is done by the steps that have yet to do it",
    dockerfile: "FROM x\nCOPY a /one/\nRUN first\nCOPY a /two/\nRUN second",
    context: "a",
    input: {
      undone: {
        stages: new Map([
          [0, { paths: new Map([["a", { fromStep: 2, maybe: new Set(["file"]) }]]), steps: new Set([3]) }],
        ]),
        restart: false,
      },
    },
    actions: ["0:2 copy a>/two/a", '0:3 run ["/bin/sh","-c","second"] in / as 0'],
    restart: true,
  },
  {
    name: "a restart that is due is made up for",
    dockerfile: "FROM x\nCOPY a /one/",
    input: { undone: { stages: new Map(), restart: true } },
    actions: [],
    restart: true,
  },
  {
    name: "nothing goes below a mount",
    dockerfile: "FROM x\nCOPY src /app",
    context: "src/ src/a src/node/ src/node/b",
    changed: "src/a src/node/b",
    input: { mounted: ["/app/node"] },
    actions: ["0:0 copy src/a>/app/a"],
    warnings: ["/app/node of the container is a mount, which hides what `COPY src /app` puts there"],
  },
];
