import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Files, Workbench, writeFiles } from "../test/workbench.ts";

const dockerfiles = Number(process.env["LIVEPUSH_RANDOM_DOCKERFILES"] ?? 4);
const editsEach = 4;

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

const firstSeed = Number(process.env["LIVEPUSH_SEED"] ?? Date.now() % 1_000_000);
const seeds = Array.from({ length: dockerfiles }, (_, i) => firstSeed + i);

test.each(seeds)("random edits of a random context end as a fresh build does (seed %i)", async (seed) => {
  const random = new Random(seed);
  const context = randomContext(random);
  const { dockerfile, stages } = randomDockerfile(random);
  const folder = await bench.folder({ Dockerfile: dockerfile, ...context });
  const { push, containerId } = await bench.start(folder, { text: dockerfile, stages });
  const roots = ["/app", "/b", "/sums"];
  const history = [dockerfile];
  for (let i = 0; i < editsEach; i++) {
    const edit = randomEdit(random, context);
    history.push(JSON.stringify(edit));
    await writeFiles(folder, edit);
    const paths = Object.keys(edit);
    // What a caller calls a path makes no difference.
    const cut = random.below(paths.length + 1);
    await push.performLivepush(paths.slice(0, cut), paths.slice(cut));
    const pushed = await Promise.all(roots.map((root) => bench.tree(containerId, root)));
    expect(pushed, `seed ${seed}\n${history.join("\n")}`).toEqual(await bench.freshTrees(folder, roots));
  }
});

/** A small generator of repeatable numbers (mulberry32). */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items.at(this.below(items.length)) as T;
  }
}

// Files are f*, folders d* and e*, links l*, so that nothing is a file for one step and a folder for another.
const folders = ["d0", "d1", "d2"];

function randomPath(random: Random): string {
  const name = random.pick(["f0", "f1", ".f2", "f 3"]);
  return random.pick([
    name,
    ...folders.flatMap((folder) => [`${folder}/${name}`, `${folder}/e${random.below(2)}/${name}`]),
  ]);
}

function randomFile(random: Random): Exclude<Files[string], undefined> {
  const content = `${random.below(1_000)}${random.below(4) === 0 ? "x".repeat(300_000) : ""}\n`;
  return random.below(3) === 0 ? { content, mode: random.pick([0o600, 0o755, 0o444]) } : content;
}

function randomContext(random: Random): Files {
  // Sources that are named must exist, or no build succeeds.
  const context: Files = { f0: "f0", f1: "f1", "d0/keep": "0", "d1/keep": "1", "d2/keep": "2" };
  for (let i = 0; i < 8; i++) context[randomPath(random)] = randomFile(random);
  return context;
}

/** Edits the context and says how. */
function randomEdit(random: Random, context: Files): Files {
  const edit: Files = {};
  for (let i = 1 + random.below(4); i > 0; i--) {
    const path = randomPath(random);
    const link = `${random.pick(folders)}/l${random.below(2)}`;
    const kind = random.below(6);
    if (kind === 0) edit[link] = { link: random.pick(["keep", "../f0", "/nowhere"]) };
    else if (kind === 1) edit[`${random.pick(folders)}/e${2 + random.below(2)}`] = null;
    else if (kind === 2 && path !== "f0" && path !== "f1") edit[path] = undefined;
    else if (kind === 3) edit[`${random.pick(folders)}/e${random.below(4)}`] = undefined;
    else edit[path] = randomFile(random);
  }
  // Later entries of an edit see what earlier ones did: a deleted folder takes along what is in it.
  Object.assign(context, edit);
  return edit;
}

function randomDockerfile(random: Random): { dockerfile: string; stages: string[] } {
  const stages = ["s0", "s1"].slice(0, random.below(3));
  const lines: string[] = [];
  for (const [index, name] of [...stages, "last"].entries()) {
    const earlier = stages.slice(0, index);
    const base = earlier.length > 0 && random.below(3) === 0 ? random.pick(earlier) : "slipway-base/busybox:1";
    lines.push(`FROM ${base} AS ${name}`, "RUN mkdir -p /app /b /sums");
    if (random.below(2) === 0) lines.push("WORKDIR /app");
    for (let i = 2 + random.below(4); i > 0; i--) lines.push(randomStep(random, earlier));
  }
  return { dockerfile: `${lines.join("\n")}\n`, stages };
}

function randomStep(random: Random, earlier: readonly string[]): string {
  const flags = random.pick(["", "", "", "--chown=12:34 ", "--chmod=750 "]);
  const place = random.pick(["/app", "/b"]);
  const folder = random.pick(folders);
  const sum = random.below(1_000_000);
  const steps = [
    `COPY ${flags}. ${place}/all`,
    `COPY ${flags}${folder} ${place}/${random.pick(folders)}`,
    `COPY ${flags}${folder}/ ${random.pick(folders)} ${place}/`,
    `COPY ${flags}f0 ${place}/name${random.below(2)}`,
    `COPY ${flags}f0 f1 ${place}/`,
    `COPY ${flags}f* ${place}/`,
    `COPY ${flags}d*/.f? ${place}/dots/`,
    `COPY ${flags}f1 ${place}`,
    // A command runs again in what the whole build left, so it may only look at what no later step touches.
    `COPY ${flags}${folder} /in/${sum}\nRUN find /in/${sum} -type f -size -100k | sort | tr '\\n' '\\0' | xargs -0 -r cat > /sums/${sum}`,
    `COPY ${flags}. /in/${sum}\nRUN cd /in/${sum} && ls -lnR d? | awk '{ print $1, $3, $4, $9 }' > /sums/${sum}`,
    `RUN rm -rf ${place}/d1; true`,
    `RUN [ ! -e ${place}/f0 ] || echo over > ${place}/f0`,
    ...earlier.flatMap((stage) => [
      `COPY ${flags}--from=${stage} /app ${place}/from-${stage}`,
      `COPY ${flags}--from=${stage} /sums/ /app /b/`,
    ]),
  ];
  return random.pick(steps);
}
