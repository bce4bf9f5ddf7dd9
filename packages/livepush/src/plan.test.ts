import { parse, stages } from "@slipway/dockerfile";
import { expect, test } from "vitest";
import { cases, file } from "../test/plan-cases.ts";
import { type ContextFile, ContextListing } from "./context-listing.ts";
import { plan } from "./plan.ts";
import type { PushAction } from "./push-plan.ts";
import { FactBook } from "./stage-facts.ts";

test.each(cases)("$name", (example) => {
  const context = new ContextListing(words(example.context).map(readEntry));
  const facts = new FactBook();
  example.facts?.(facts);
  const planned = plan({
    stages: stages(parse(example.dockerfile), { baseConfig: () => ({ workdir: "/" }) }),
    context,
    changes: [
      ...words(example.changed).map((path) => ({ path, before: file, after: file })),
      ...words(example.deleted).map((text) => {
        const [path, before] = readEntry(text);
        return { path, before };
      }),
    ],
    facts,
    ...example.input,
  });
  const shown = {
    actions: planned.stages.flatMap(({ stage, actions }) => actions.map((action) => `${stage}:${show(action)}`)),
    rebuild: planned.needsRebuild.map(({ message }) => message),
    questions: planned.questions,
    warnings: planned.warnings,
    restart: planned.restart.needed,
  };
  const { actions = shown.actions, restart = shown.restart, rebuild = [], questions = [], warnings = [] } = example;
  expect(shown).toEqual({ actions, rebuild, questions, warnings, restart });
});

test("every item and action says why", () => {
  const planned = plan({
    stages: stages(parse("FROM x\nCOPY a /d/\nRUN go")),
    context: new ContextListing([["a", file]]),
    changes: [{ path: "a", after: file }],
  });
  expect(planned.stages[0]?.actions.map(({ why, text }) => `${text}: ${why}`)).toEqual([
    "COPY a /d/: a is new",
    "RUN go: `COPY a /d/` comes before it",
  ]);
  expect(planned.restart).toEqual({ needed: true, by: "restart", why: "a is new" });
});

test("hundreds of stages that all depend on each other are planned in no time", () => {
  const count = 300;
  const text = Array.from({ length: count }, (_, i) =>
    [
      `FROM x AS s${i}`,
      ...(i === 0 ? ["COPY f /f"] : []),
      ...Array.from({ length: Math.min(i, 20) }, (_, j) => `COPY --from=s${i - 1 - j} /f /f${j}`),
    ].join("\n"),
  ).join("\n");
  const planned = plan({
    stages: stages(parse(text)),
    context: new ContextListing([["f", file]]),
    changes: [{ path: "f", before: file, after: file }],
    facts: { destination: () => ({ folder: false, end: "/f" }), shell: () => true, accounts: () => undefined },
  });
  expect(planned.stages.map(({ stage }) => stage)).toEqual(Array.from({ length: count }, (_, i) => i));
});

function words(text = ""): string[] {
  return text.split(" ").filter(Boolean);
}

function readEntry(text: string): [string, ContextFile] {
  if (text.endsWith("/")) return [text.slice(0, -1), { type: "directory" }];
  const [name = "", linkname] = text.split(">");
  return [name, linkname === undefined ? file : { type: "symlink", linkname }];
}

function show(action: PushAction): string {
  const { step, kind } = action;
  switch (kind) {
    case "delete": {
      const marks = { file: "", folder: "?", tree: "!" };
      return `${step} delete ${action.items.map((item) => item.path + marks[item.kind]).join(" ")}`;
    }
    case "copy":
    case "repair": {
      const items = action.items.map(({ source, destination, owner: { uid, gid }, mode }) => {
        const attributes = [
          ...(uid + gid > 0 ? [`${uid}:${gid}`] : []),
          ...(mode === undefined ? [] : [mode.toString(8)]),
        ];
        return `${source}>${destination}${attributes.length > 0 ? `(${attributes.join(",")})` : ""}`;
      });
      return `${step} ${kind} ${items.join(" ")}`;
    }
    case "flow":
      return `${step} flow${action.update ? "" : ` repair ${action.of}`} ${typeof action.from === "object" ? action.from.archive : action.from}`;
    case "run": {
      const env = Object.entries(action.env).flatMap(([name, value]) => (name === "PATH" ? [] : [`${name}=${value}`]));
      const kept = env.toSorted().join(" ");
      const head = `${step} run${action.onlyIfFlowed ? "?" : ""} ${JSON.stringify(action.argv)}`;
      return `${head} in ${action.workdir} as ${action.user} ${kept}`.trim();
    }
    default:
      return action satisfies never;
  }
}
