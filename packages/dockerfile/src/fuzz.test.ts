import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomDockerfile, randomFrom } from "../test/random-dockerfile.ts";
import { commands } from "../test/cases/commands.ts";
import { files } from "../test/cases/files.ts";
import { stages as stageCases } from "../test/cases/stages.ts";
import { variables as variableCases } from "../test/cases/variables.ts";
import { DockerfileError } from "./dockerfile-error.ts";
import { lint } from "./lint/lint.ts";
import { parse } from "./syntax/parse.ts";
import { stages } from "./meaning/stages.ts";
import { process, variables } from "./template.ts";
import { print } from "./syntax/tree.ts";

// SLIPWAY_FUZZ_SEED and SLIPWAY_FUZZ_ROUNDS set where it starts and how many texts there are.
const firstSeed = Number(globalThis.process.env["SLIPWAY_FUZZ_SEED"] ?? Date.now() % 1_000_000_000);
const rounds = Number(globalThis.process.env["SLIPWAY_FUZZ_ROUNDS"] ?? 100_000);

const pieces = (
  "FROM a|RUN|CMD|COPY a b|ENV A=|ARG |LABEL|ONBUILD |HEALTHCHECK --interval=1s CMD|SHELL [|EXPOSE 1-|VOLUME|# escape=`|" +
  "# check=skip=|# syntax=|<<EOF|EOF|<<-'E'|--mount=type=|--from=|--x=|AS |$|${|}|:-|:+|#|%|//|[|]|\"|'|\\|`|=|,|%%A%%|%%|" +
  "é|\u{1F600}|\u0000|\uFEFF|\u00A0|\t|\v|\r|\r\n|\n|\n|\n| |  |__proto__|constructor"
).split("|");

const originals = [commands, files, stageCases, variableCases].flatMap((table) =>
  Object.values(table).map((written) => (typeof written === "string" ? written : written.text)),
);
for (const folder of ["../../../examples/hello", "../../../examples"]) {
  for (const entry of readdirSync(new URL(folder, import.meta.url), { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.startsWith("Dockerfile")) {
      originals.push(readFileSync(`${entry.parentPath}/${entry.name}`, "utf8"));
    }
  }
}

function randomText(seed: number): string {
  const random = randomFrom(seed);
  const any = (): string =>
    random(4) === 0
      ? String.fromCharCode(random(random(8) === 0 ? 65_536 : 128))
      : (pieces[random(pieces.length)] as string);
  if (seed % 4 === 0) return Array.from({ length: random(30) }, any).join("");
  let text = seed % 4 === 1 ? randomDockerfile(seed, "base").text : (originals[random(originals.length)] as string);
  for (let i = 1 + random(6); i > 0; i--) {
    const at = random(text.length + 1);
    const kind = random(4);
    const until = kind === 0 ? at : at + random(8);
    const moved = kind === 3 ? text.slice(0, random(text.length + 1)) : kind === 1 ? "" : any();
    text = (text.slice(0, at) + moved + text.slice(until)).slice(0, 4000);
  }
  return text;
}

test("whatever the text: only its own errors, and what parses prints back byte for byte", { timeout: 300_000 }, () => {
  let parsed = 0;
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
    const text = randomText(seed);
    try {
      lint(text);
      variables(text);
      const tree = parse(text);
      if (print(tree) !== text) throw new Error("it prints something else");
      parsed += 1;
      stages(tree, { buildArgs: { A: "1" } });
      process(text, { A: "%%A%%" });
    } catch (error) {
      if (error instanceof DockerfileError) continue;
      throw new Error(`seed ${seed}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
  expect(parsed, `seeds from ${firstSeed}`).toBeGreaterThan(rounds / 5);
});

test.each([
  ["nested expansions", `FROM a\nENV A=${"${B:-".repeat(2000)}x${"}".repeat(2000)}`],
  ["an open expansion", `FROM a\nENV A=${"${B:-".repeat(20_000)}`],
  ["patterns that backtrack", `FROM a\nENV A=${"a".repeat(3000)}\nENV B=\${A%%${"*a".repeat(12)}b}`],
  ["continuations", `FROM a\nRUN x ${"\\\n".repeat(100_000)}y`],
  ["flags", `FROM a\nRUN ${"--mount=type=cache,target=/x ".repeat(10_000)} y`],
  ["heredocs", `FROM a\nRUN ${"<<E ".repeat(2000)}\n${"E\n".repeat(2000)}`],
  ["one long line", `FROM a\nENV ${"A=b ".repeat(100_000)}`],
  [
    "variables",
    `FROM a\n${Array.from({ length: 20_000 }, (_, i) => `ENV A${i}=$A${i - 1}x`).join("\n")}`.slice(0, 200_000),
  ],
])("%s end in time", (_, text) => {
  try {
    stages(parse(text));
  } catch (error) {
    expect(error).toBeInstanceOf(DockerfileError);
  }
});
