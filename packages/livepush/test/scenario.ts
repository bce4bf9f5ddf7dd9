import { noise } from "./noise.ts";
import { Random } from "./random.ts";

/** What is at a path: a file, a link, a folder, an archive, or nothing. */
export type Entry =
  | { readonly kind: "file"; readonly content: string; readonly mode: number }
  | { readonly kind: "link"; readonly to: string }
  | { readonly kind: "folder"; readonly mode: number }
  | { readonly kind: "archive"; readonly gzip: boolean; readonly files: Readonly<Record<string, string>> };

/** One thing that someone does to a context. What is impossible as things are does nothing. */
export type Edit =
  | { readonly do: "put"; readonly path: string; readonly entry: Entry }
  | { readonly do: "remove"; readonly path: string }
  | { readonly do: "move"; readonly path: string; readonly to: string }
  | { readonly do: "chmod"; readonly path: string; readonly mode: number };

/** A step, as live push reads it and as the engine's own builder, which may be an old one, can build it. */
export interface StepText {
  readonly live: string;
  readonly built: string;
}

export interface ScenarioStage {
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly base: string;
  readonly steps: readonly StepText[];
}

/** A list of edits for each push. */
export type Sequence = readonly (readonly Edit[])[];

/** A context with its Dockerfile, and what happens to it. */
export interface Scenario {
  readonly seed: number;
  readonly stages: readonly ScenarioStage[];
  readonly context: readonly Edit[];
  /** One after the other in the same container, which is compared with a fresh build after each. */
  readonly sequences: readonly Sequence[];
  /** Whether each push restarts the container. */
  readonly restarts: boolean;
}

const image = "slipway-base/busybox:1";
const folders = ["d0", "d1", "d2"];
const names = ["f0", "f1", ".f2", "f 3", "g.txt"];

/** Makes up a scenario; the same seed makes the same, but for how many sequences of edits it has. */
export function makeScenario(seed: number, sequences: number): Scenario {
  const random = new Random(seed);
  const stages = randomStages(random);
  const context = randomContext(random);
  const first = randomSequence(random);
  const restarts = random.oneIn(6);
  const more = Array.from({ length: sequences - 1 }, () => randomSequence(random));
  return { seed, stages, context, sequences: [first, ...more], restarts };
}

function randomSequence(random: Random): Sequence {
  return Array.from({ length: 1 + random.below(4) }, () =>
    Array.from({ length: 1 + random.below(4) }, () => randomEdit(random)),
  );
}

/** The Dockerfile of a scenario. */
export function dockerfileOf({ stages }: Scenario, form: keyof StepText): string {
  const lines = ["ARG BASE=slipway-base/busybox:1"];
  for (const { name, base, steps } of stages) {
    lines.push(`FROM ${base} AS ${name}`, ...steps.map((step) => step[form]));
  }
  return `${lines.join("\n")}\nENV LAST=1\nCMD ["sleep", "3600"]\n`;
}

function randomContext(random: Random): Edit[] {
  const file = (path: string): Edit => ({ do: "put", path, entry: randomFile(random) });
  // Sources that are named must exist, or no build succeeds.
  const edits = ["f0", "f1", "g.txt", ...folders.map((folder) => `${folder}/keep`)].map(file);
  edits.push(
    { do: "put", path: "a.tar", entry: randomArchive(random) },
    { do: "put", path: "lf", entry: { kind: "link", to: random.pick(["f0", "d0/keep", "/f1"]) } },
    { do: "put", path: "ld", entry: { kind: "link", to: random.pick(folders) } },
    { do: "put", path: ".hd/0", entry: { kind: "file", content: heredocText, mode: 0o644 } },
  );
  for (let i = 8; i > 0; i--) edits.push(file(randomPath(random)));
  for (let i = random.below(4); i > 0; i--) edits.push(randomEdit(random));
  if (random.oneIn(3)) edits.push(randomIgnoreFile(random));
  return edits;
}

function randomIgnoreFile(random: Random): Edit {
  const lines = ["*.log", "d1/e*", "!d1/e0/f0", "**/.f2", "d2", "!d2/keep", "d0/e?/g.txt", "f 3"];
  const content = lines.filter(() => random.oneIn(3)).join("\n");
  return { do: "put", path: ".dockerignore", entry: { kind: "file", content: `${content}\n`, mode: 0o644 } };
}

function randomPath(random: Random): string {
  const name = random.pick(names);
  const folder = random.pick(folders);
  return random.pick([name, `${folder}/${name}`, `${folder}/${name}`, `${folder}/e${random.below(3)}/${name}`]);
}

function randomFile(random: Random): Entry {
  const number = random.below(1_000);
  // What can be packed goes another way than what can't.
  const large = (): string => (number % 2 === 0 ? "x".repeat(300_000) : noise(number, 600_000));
  const content = `${number}${random.oneIn(12) ? large() : ""}\n`;
  return { kind: "file", content, mode: random.pick([0o644, 0o644, 0o644, 0o600, 0o755, 0o444]) };
}

function randomArchive(random: Random): Entry {
  const files: Record<string, string> = {};
  for (let i = 1 + random.below(4); i > 0; i--) {
    files[random.pick(["p", "q", "r/s", "r/t", "u/v/w"])] = String(random.below(1_000));
  }
  return { kind: "archive", gzip: random.oneIn(2), files };
}

function randomEdit(random: Random): Edit {
  const path = randomPath(random);
  const folder = random.pick(folders);
  const inner = random.pick([`${folder}/e${random.below(3)}`, `${folder}/l${random.below(2)}`]);
  switch (random.below(14)) {
    case 0:
      return { do: "put", path: inner, entry: { kind: "link", to: random.pick(["keep", "../f0", "/nowhere", "e1"]) } };
    case 1:
      return { do: "put", path: inner, entry: { kind: "folder", mode: random.pick([0o755, 0o700]) } };
    case 2:
      return { do: "put", path: inner, entry: randomFile(random) };
    case 3:
      return { do: "remove", path: inner };
    case 4:
      return /^(?:f0|f1|g\.txt)$/.test(path) ? { do: "chmod", path, mode: 0o711 } : { do: "remove", path };
    case 5:
      return { do: "move", path: inner, to: `${random.pick(folders)}/e${random.below(3)}` };
    case 6:
      return { do: "move", path: `${folder}/${random.pick(names)}`, to: randomPath(random) };
    case 7:
      return { do: "chmod", path: random.pick([path, inner, folder]), mode: random.pick([0o700, 0o755, 0o640]) };
    case 8:
      if (random.oneIn(3)) return { do: "put", path: "a.tar", entry: randomArchive(random) };
      if (random.oneIn(3)) return { do: "put", path: "lf", entry: { kind: "link", to: random.pick(["f1", "f0"]) } };
      if (random.oneIn(3)) return { do: "put", path: "ld", entry: { kind: "link", to: random.pick(folders) } };
      if (random.oneIn(3)) return randomIgnoreFile(random);
      return { do: "put", path, entry: randomFile(random) };
    default:
      return { do: "put", path, entry: randomFile(random) };
  }
}

const heredocText = "one\n two\n";

function randomStages(random: Random): ScenarioStage[] {
  const stages: ScenarioStage[] = [];
  for (const name of ["s0", "s1", "s2"].slice(0, random.pick([1, 1, 2, 3]))) {
    const earlier = stages.map((stage) => stage.name);
    const base = earlier.length > 0 && random.oneIn(3) ? random.pick(earlier) : random.pick([image, image, "$BASE"]);
    const steps = [
      same(
        "RUN mkdir -p /app /b /sums && chmod 777 /sums && mkdir -p /etc && { grep -qs app: /etc/passwd || echo 'app:x:1234:4321::/:/bin/sh' >>/etc/passwd; }",
      ),
    ];
    for (let i = 2 + random.below(5); i > 0; i--) steps.push(...randomSteps(random, earlier));
    steps.push(same("USER 0"));
    stages.push({ name, base, steps });
  }
  return stages;
}

function same(text: string): StepText {
  return { live: text, built: text };
}

function randomSteps(random: Random, earlier: readonly string[]): StepText[] {
  const flags = random.pick(["", "", "", "--chown=12:34 ", "--chmod=750 ", "--chown=app ", "--chown=5 --chmod=644 "]);
  const place = random.pick(["/app", "/b", "$PLACE", "rel"]);
  const folder = random.pick(folders);
  const id = random.below(1_000_000);
  const tell = 'echo "$WHO $AGE $(id -u) $PWD $0 $PLACE"';
  const pool: (() => StepText[])[] = [
    () => [same(`COPY ${flags}. ${place}/all`)],
    () => [same(`COPY ${flags}${folder} ${place}/${random.pick(folders)}`)],
    () => [same(`COPY ${flags}${folder}/ ${random.pick(folders)} ${place}/`)],
    () => [same(`COPY ${flags}f0 ${place}/name${random.below(2)}`)],
    () => [same(`COPY ${flags}f0 f1 ${place}/`)],
    () => [same(`COPY ${flags}f* ${place}/`)],
    () => [same(`COPY ${flags}d*/.f? g.txt ${place}/dots/`)],
    () => [same(`COPY ${flags}f1 /app`)],
    () => [same(`COPY ${flags}["f1", "${place}/${id}/"]`)],
    () => [same(`ADD ${flags}${folder} g.txt ${place}/added/`)],
    () => [same(`ADD ${random.pick(["", "--chown=12:34 "])}a.tar /unpacked/${random.below(2)}/`)],
    () => [same(`COPY ${flags}a.tar ${place}/`)],
    () => [same(`COPY ${flags}lf ${place}/through`)],
    () => [same(`COPY ${flags}ld ${place}/linked`)],
    () => [same(`COPY ${flags}ld/keep ${place}/`)],
    () => [{ live: `COPY ${flags}<<EOF ${place}/here\n${heredocText}EOF`, built: `COPY ${flags}.hd/0 ${place}/here` }],
    // A command runs again in what the whole build left, so it may only look at what no later step touches.
    () =>
      [
        `COPY ${flags}${folder} /in/${id}`,
        `RUN find /in/${id} -type f -size -100k | sort | tr '\\n' '\\0' | xargs -0 -r cat > /sums/${id}; ${tell} >> /sums/${id}`,
      ].map(same),
    () =>
      [`COPY ${flags}. /in/${id}`, `RUN cd /in/${id} && ls -lnR d? | awk '{ print $1, $3, $4, $9 }' > /sums/${id}`].map(
        same,
      ),
    () => [same(`COPY f0 /in/${id}/`), same(`RUN ["sh", "-c", "cat \\"$1\\" > /sums/${id}", "-", "/in/${id}/f0"]`)],
    () => [
      same(`COPY g.txt /in/${id}/`),
      {
        live: `RUN <<EOF\ncat /in/${id}/* > /sums/${id}\n${tell} > /sums/${id}b\nEOF`,
        built: `RUN cat /in/${id}/* > /sums/${id}; ${tell} > /sums/${id}b`,
      },
    ],
    () => [
      same(`RUN --mount=type=bind,source=${folder},target=/mnt cat /mnt/keep > /sums/${id}; ls -A /mnt >> /sums/${id}`),
    ],
    () => [
      same(
        `RUN --mount=target=/ctx --mount=type=tmpfs,target=/x${id} cp /ctx/f0 /x${id}/; cat /x${id}/f0 > /sums/${id}`,
      ),
    ],
    () => [
      same(
        // One of its own: others' files, of another owner, might be in one that all share.
        `RUN --mount=type=cache,id=${id},target=/cache,mode=0777 cat /in/x 2>/dev/null; echo ${id} > /cache/a; cp /cache/a /sums/${id}`,
      ),
    ],
    () => [
      same(`COPY f1 /in/${id}`),
      same(`RUN rm -rf /made/${id} && mkdir -p /made/${id} && cp /in/${id} /made/${id}/f && ln -sf f /made/${id}/l`),
    ],
    () => [same(`RUN rm -rf ${random.pick(["/app", "/b"])}/d1; true`)],
    () => [
      same(`RUN f=${random.pick(["/app", "/b"])}/${random.pick(["f0", "here", "all"])}; [ ! -f $f ] || echo over > $f`),
    ],
    () => [same(`USER ${random.pick(["0", "1000:1000", "app"])}`)],
    () => [same(`ENV WHO=${id} PLACE=${random.pick(["/app/env", "/b"])}`)],
    () => [same(`ARG AGE=${id}`)],
    () => [same(`WORKDIR ${random.pick(["/app", "sub", "/b/work"])}`)],
    () => [same(`SHELL ["/bin/sh", ${random.pick(['"-e", "-c"', '"-c"'])}]`)],
    () =>
      earlier.flatMap((stage) =>
        random.oneIn(2) ? [same(`COPY ${flags}--from=${stage} /app ${place}/from-${stage}`)] : [],
      ),
    () => earlier.flatMap((stage) => (random.oneIn(2) ? [same(`COPY ${flags}--from=${stage} /sums/ /app /b/`)] : [])),
    () => earlier.slice(0, 1).map((stage) => same(`COPY --from=${stage} /b /in/${id}`)),
    () =>
      earlier
        .slice(0, 1)
        .map((stage) => same(`RUN --mount=from=${stage},source=/b,target=/mnt find /mnt -type f | sort > /sums/${id}`)),
    () => [same(`COPY ${flags}--from=${image} /etc/passwd ${place}/`)],
  ];
  return random.pick(pool)();
}
