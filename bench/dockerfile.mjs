// Dockerfiles: parsing beside the published parsers, templates beside one regular expression, and what an import costs.
// Run `npm run build` first: it is the compiled code that is measured.
import { execFileSync } from "node:child_process";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { parse, process as fillIn, stages } from "@slipway/dockerfile";
import { compare, report } from "./shared/measure.mjs";
import { peer } from "./shared/peer.mjs";

const { DockerfileParser } = await peer("dockerfile-ast", "0.7.1");
const dockerFileParser = await peer("docker-file-parser", "1.0.7");

const cycle = [
  "RUN apt-get update && apt-get install -y curl",
  "RUN make all \\",
  "    && make install",
  'ENV NAME=value OTHER="two words"',
  "COPY --chown=me:me src/ lib/ /app/",
  "# a comment",
  'RUN ["node", "-e", "1"]',
  'LABEL a.b="c d"',
];
/** @param {number} lines */
const text = (lines) =>
  `FROM base AS build\n${Array.from({ length: lines - 1 }, (_, i) => cycle[i % cycle.length]).join("\n")}\n`;

for (const lines of [2000, 40_000]) {
  const source = text(lines);
  const subjects = {
    "read line by line": async () => {
      let count = 0;
      for await (const line of createInterface({ input: Readable.from([source]) })) count += line.length;
      return count;
    },
    "slipway parse": () => parse(source),
    "slipway parse + stages": () => stages(parse(source)),
    "docker-file-parser": () => dockerFileParser.parse(source),
    "dockerfile-ast": () => DockerfileParser.parse(source).getInstructions(),
  };
  report(`${lines} lines`, await compare(subjects, lines > 10_000 ? 5 : 25));
}

const row = "RUN echo something that is as long as lines of templates often are, or a bit more\n";
const rowWithVariables = "COPY %%ARCH%%/files /srv/%%MACHINE_NAME%% # and some more text to make it long enough\n";
let template = "";
for (let i = 0; template.length < 1_048_576; i++) template += i % 5 === 0 ? rowWithVariables : row;
/** @type {Record<string, string>} */
const values = { ARCH: "aarch64", MACHINE_NAME: "raspberrypi4-64" };
report(
  `a template of ${(template.length / 1e6).toFixed(2)} MB`,
  await compare(
    {
      "one regular expression": () => template.replaceAll(/%%([A-Z][A-Z_]*)%%/g, (_, name) => values[name] ?? ""),
      "slipway process": () => fillIn(template, values),
    },
    40,
  ),
);

/** @param {string} code */
const start = (code) => () => execFileSync(process.execPath, ["--input-type=module", "-e", code]);
report(
  "a process that imports it",
  await compare({ "bare node": start(""), "@slipway/dockerfile": start('import "@slipway/dockerfile"') }, 15),
);
