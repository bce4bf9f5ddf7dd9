import { isDeepStrictEqual } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { givenArgs } from "../../test/cases/case-table.ts";
import { commands } from "../../test/cases/commands.ts";
import { files } from "../../test/cases/files.ts";
import { lines } from "../../test/cases/lines.ts";
import { metadata } from "../../test/cases/metadata.ts";
import { stages } from "../../test/cases/stages.ts";
import { variables } from "../../test/cases/variables.ts";
import { EngineJudge, type JudgeOptions, ownVerdict } from "../../test/judge.ts";
import { randomDockerfile, randomFrom } from "../../test/random-dockerfile.ts";
import type { Dialect } from "./dialect.ts";
import type { ImageConfig } from "./image-config.ts";
import { parse } from "../syntax/parse.ts";
import { stages as readStages } from "./stages.ts";
import type { RunStep } from "./step.ts";

// The engine itself judges: what the image says that it makes of a Dockerfile is what this package must say.
// SLIPWAY_DOCKERFILE_SEED and SLIPWAY_DOCKERFILES set where the random ones start and how many there are.

const base = "slipway-base/busybox:1";
const judge = new EngineJudge();
let known: ImageConfig;
let builders: (readonly ["classic" | "buildkit", Dialect])[];

beforeAll(async () => {
  known = await judge.imageConfig(base);
  const version = Number.parseInt(await judge.version(), 10);
  // The classic builder's dialect is 20.10's; later ones took over BuildKit's expansion.
  builders =
    version < 23
      ? [
          ["classic", "classic"],
          ["buildkit", "buildkit-0.8"],
        ]
      : [["buildkit", "buildkit"]];
});

async function differences(name: string, text: string, options: JudgeOptions): Promise<string[]> {
  const found: string[] = [];
  for (const [builder, dialect] of builders) {
    const theirs = await judge.build(builder, text, options);
    const ours = ownVerdict(text, dialect, options, (image) => (image === base ? known : undefined));
    // A stage on an image that no registry here has: an escape at a line's end took the FROM that would name it.
    if ("error" in theirs && /dial tcp|no such host/.test(theirs.error)) continue;
    const isEqual = "error" in theirs ? "error" in ours : isDeepStrictEqual(theirs, ours);
    if (!isEqual) {
      found.push(`${name}, ${builder}: ${JSON.stringify({ text, ...options, theirs, ours }, undefined, 1)}`);
    }
  }
  return found;
}

/** A few at a time: most of a build's time is waiting. */
async function inTurns<T>(items: readonly T[], action: (item: T) => Promise<string[]>): Promise<string[]> {
  const open = [...items];
  const found: string[] = [];
  const worker = async (): Promise<void> => {
    for (let item = open.shift(); item !== undefined; item = open.shift()) found.push(...(await action(item)));
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return found;
}

test.each(Object.entries({ lines, stages, variables, commands, files, metadata }))(
  "%s: as the engine reads them",
  async (_, table) => {
    const found = await inTurns(Object.entries(table), ([name, written]) => {
      const text = (typeof written === "string" ? written : written.text).replaceAll("BASE", base);
      return differences(name, text, typeof written === "string" ? {} : { buildArgs: givenArgs });
    });
    expect(found).toEqual([]);
  },
);

test("random Dockerfiles: as the engine reads them", async () => {
  const first = Number(process.env["SLIPWAY_DOCKERFILE_SEED"] ?? 1);
  const count = Number(process.env["SLIPWAY_DOCKERFILES"] ?? 60);
  const seeds = Array.from({ length: count }, (_, i) => first + i);
  const found = await inTurns(seeds, (seed) => {
    const { text, buildArgs } = randomDockerfile(seed, base);
    return differences(`seed ${seed}`, text, { buildArgs });
  });
  expect(found).toEqual([]);
}, 3_600_000);

test("what a RUN finds: variables, working folder, user", async () => {
  const dockerfiles = Array.from({ length: 8 }, (_, seed) => {
    const random = randomFrom(seed + 1);
    const pick = (items: readonly string[]): string => items[random(items.length)] as string;
    const stage = (from: string): string[] => [
      from,
      ...Array.from({ length: 6 }, () =>
        pick([
          "ENV A=env B=$A",
          "ARG A=arg",
          "ARG B",
          "ARG C=${A:-none}",
          "ENV C=set",
          "WORKDIR sub",
          "WORKDIR /w/$A",
          "RUN mark",
        ]),
      ),
      "RUN mark",
    ];
    const text = ["ARG B=global", ...stage(`FROM ${base} AS one`), ...stage("FROM one")].join("\n");
    return { seed, text, buildArgs: seed % 2 === 0 ? { A: "given", HTTP_PROXY: "proxy" } : {} };
  });
  const found = await inTurns(dockerfiles, async ({ seed, text, buildArgs }) => {
    const wrong: string[] = [];
    for (const [builder, dialect] of builders) {
      const options = { buildArgs, dialect, baseConfig: () => known };
      const runs = readStages(parse(text), options).flatMap(({ steps }) => steps.filter((step) => step.kind === "run"));
      let next = 0;
      const checked = text.replaceAll("RUN mark", () => `RUN ${checkOf(runs[next++] as RunStep)}`);
      const verdict = await judge.build(builder, checked, { buildArgs });
      if ("error" in verdict) wrong.push(`seed ${seed}, ${builder}: ${verdict.error}\n${checked}`);
    }
    return wrong;
  });
  expect(found).toEqual([]);
});

/** A command that fails where a RUN finds something else than the step says. */
function checkOf({ environment, before }: RunStep): string {
  const variables = ["A", "B", "C", "HTTP_PROXY", "PATH"].map((name) => {
    const value = environment[name];
    return value === undefined ? `[ -z "\${${name}+set}" ]` : `[ "\$${name}" = "${value}" ]`;
  });
  return [...variables, `[ "$(pwd)" = "${before.workdir || "/"}" ]`, '[ "$(id -u)" = 0 ]'].join(" && ");
}
