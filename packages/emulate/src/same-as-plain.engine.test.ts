import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BuilderName, tarOf, Workbench } from "../test/workbench.ts";
import { getBuildThroughStream } from "./get-build-through-stream.ts";
import { type LoadedEmulator, loadEmulator } from "./load-emulator.ts";
import { transposeTarStream } from "./transpose-tar-stream.ts";
import type { TransposeOptions } from "./transpose-options.ts";

// The machine's own programs by an "emulator" that only starts them: nothing may differ from a plain build.
let bench: Workbench;
let loaded: LoadedEmulator;
beforeAll(async () => {
  bench = await Workbench.open("plain");
  loaded = await loadEmulator(bench.engine, "linux/amd64", {
    emulator: bench.emulator("pass-through"),
    labels: bench.labels,
  });
});
afterAll(async () => {
  await loaded.remove();
  await bench.close();
});

/** Every form of every instruction; BuildKit's own apart. */
const forms = [
  'ENV A="b c" D=e\\ f',
  "ENV G h i",
  "ARG P=q",
  'LABEL x="y \\"z\\""',
  'RUN echo "$A" \'$A\' \\$A ${D:-no} "é" > "/1 é" && cat "/1 é"',
  "RUN echo one \\\n\n  # a comment\n  && echo two 'it'\"'\"'s' $P",
  'RUN ["sh",   "-c", "echo \\"$0|$1\\" | cat > /2; cat /2", "a  b", "$A"]',
  'RUN ["env"]',
  'RUN [ "touch", "/with space" ]',
  "RUN echo to stderr >&2; printf 'a\\nb\\n' > /3",
  'SHELL ["/bin/sh", "-ec"]\nRUN echo shell > /4; false || echo "a", "b"',
  'SHELL ["sh", "-c"]\nRUN echo looked up > /5',
  "WORKDIR /srv/x\nRUN pwd > here && env | grep -v HOSTNAME | sort > env",
  "USER 1000:1000\nRUN id > /tmp/id\nUSER root",
  "COPY . /ctx",
  "COPY --chown=5:6 file other/ /copied/",
  'ADD ["file", "/a b"]',
  "VOLUME /data\nEXPOSE 80 90/udp\nSTOPSIGNAL SIGINT",
  "HEALTHCHECK --interval=5s CMD wget -q localhost || exit 1",
  "ONBUILD RUN echo later",
  'ENTRYPOINT ["sh", "-c"]\nCMD echo "$A"',
  "RUN [ -f /etc/passwd ] || echo '[\"x\"]' > /6",
];

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

function dockerfile(seed: number): string {
  const next = random(seed);
  const base = "FROM slipway-base/busybox:1 AS base\n";
  if (seed === 0) return `${base}${forms.join("\n")}\n`;
  const steps = Array.from({ length: 7 }, () => forms[Math.floor(next() * forms.length)] as string);
  steps.splice(3, 0, "FROM base AS second", "RUN echo second > /second");
  return `${base}${steps.filter((step) => !step.startsWith("ONBUILD")).join("\n")}\n`;
}

const context = (text: string) =>
  tarOf({ Dockerfile: text, file: "1\n", "other/x": "2\n", ".dockerignore": "Dockerfile\n.dockerignore\n" });

/** Without numbers and names that differ from build to build. */
function normal(lines: readonly string[], builder: BuilderName): string[] {
  // Colours are of the engine's, for what goes to stderr.
  const plain = lines.map((line) => stripVTControlCharacters(line)).filter((line) => line !== "");
  const kept = plain.filter((line) => !/^HOSTNAME=|^Successfully built| ---> |^Removing intermediate/.test(line));
  const copy = kept.findIndex((line) => line.includes(loaded.image));
  if (copy >= 0 && builder === "classic") kept.splice(copy, 1);
  // BuildKit shares the name of a base image's step among builds, and names a stage where an image is mounted from.
  const named = kept
    .map((line) => line.replace(/^Step \d+\/\d+ /, "Step ").replace(/^\[(?:[^\s\]]+ +)? *(\d+\/\d+)\]/, "[$1]"))
    .filter((line) => !/^(PATH|HOME)=|^\[1\/\d+\] FROM/.test(line));
  return inOrder(withoutWarnings(named));
}

/** The classic builder's, of lines that are empty where an instruction goes on: there are none any more. */
function withoutWarnings(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => line.startsWith("[WARNING]: Empty continuation line found in:"));
  const end = lines.findIndex((line) => line.startsWith("[WARNING]: Empty continuation lines will become errors"));
  return at < 0 ? [...lines] : [...lines.slice(0, at), ...lines.slice(end + 1)];
}

/** An environment has no order, and a shell gives it one of its own. */
function inOrder(lines: readonly string[]): string[] {
  const result: string[] = [];
  let block: string[] = [];
  for (const line of [...lines, ""]) {
    if (/^\w+=/.test(line)) block.push(line);
    else {
      result.push(...block.toSorted(), line);
      block = [];
    }
  }
  return result;
}

async function configOf(image: string): Promise<unknown> {
  const { Config, Architecture, Os } = await bench.engine.docker.getImage(image).inspect();
  // What the engine remembers of the container of the last step.
  const { Hostname: _, Image: __, ...config } = Config as unknown as Record<string, unknown>;
  return { config, Architecture, Os };
}

/** Which Dockerfile is made; in the name of its test. The same each time unless told otherwise. */
const seed = Number(process.env["SEED"] ?? 4);

describe.each(["classic", "buildkit"] as const)("%s", (builder) => {
  test.each([0, seed])("a Dockerfile (seed %d) gives the same image, and shows the same output", async (given) => {
    const text = dockerfile(given);
    const options: TransposeOptions = { ...loaded.options, way: builder === "classic" ? "copy" : "mount" };
    const through = getBuildThroughStream(options);
    const [plain, emulated] = await Promise.all([
      bench.build(context(text), { builder }),
      bench.build(await transposeTarStream(context(text), options), { builder, through }),
    ]);
    expect(normal(emulated.lines, builder)).toEqual(normal(plain.lines, builder));
    expect(await configOf(emulated.imageId as string)).toEqual(await configOf(plain.imageId as string));
    const own = String(options.containerQemu).slice(1);
    const [a, b] = await Promise.all([bench.files(emulated.imageId as string), bench.files(plain.imageId as string)]);
    if (builder === "classic") expect(a.delete(own) || !text.includes("RUN")).toBe(true);
    for (const files of [a, b])
      for (const name of files.keys()) if (/Dockerfile$|^usr\/(bin\/?)?$/.test(name)) files.delete(name);
    expect([...a]).toEqual([...b]);
  });
});
