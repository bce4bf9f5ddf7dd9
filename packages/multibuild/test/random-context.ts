import { chmod, lutimes, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = ["a", "b.md", "foo..", "..c", "node_modules", "tmp", "é", "with space", "x.log", "-d", "deep"];
// No exception with a wildcard: below a folder that is ignored, docker's two builders don't agree on those.
const patterns = [
  "*.md",
  "**/*.log",
  "!deep/b.md",
  "tmp",
  "tmp/",
  "!tmp/a",
  "node_modules/**",
  "/deep/a",
  "**/-d",
  "Dockerfile",
  ".docker*",
  "# no",
  "",
];

/** Makes a folder of files, folders and links with modes and times of all kinds, and an ignore file. */
export async function randomContext(folder: string, random: () => number, dockerfile: string): Promise<void> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const made: string[] = [];
  const fill = async (at: string, depth: number): Promise<void> => {
    for (const name of names) {
      if (random() < 0.4) continue;
      const full = path.join(at, name);
      const kind = random();
      if (kind < 0.3 && depth < 3) {
        await mkdir(full);
        await fill(full, depth + 1);
        await chmod(full, pick([0o755, 0o700, 0o1777, 0o2775]));
      } else if (kind < 0.4) await symlink(pick(["a", "../a", "nowhere", "/etc/passwd", "."]), full);
      else {
        const size = pick([0, 1, 511, 512, 513, 70_000]);
        await writeFile(full, Buffer.alloc(size, Math.floor(random() * 256)));
        await chmod(full, pick([0o644, 0o600, 0o755, 0o4711, 0o400]));
      }
      made.push(full);
    }
  };
  await fill(folder, 0);
  // A path over the 100 bytes of tar's oldest form.
  const long = path.join(folder, "l".repeat(90), "m".repeat(90));
  await mkdir(long, { recursive: true });
  await writeFile(path.join(long, "n".repeat(90)), "long");
  await writeFile(path.join(folder, "Dockerfile"), dockerfile);
  const rules = patterns.filter(() => random() < 0.4);
  if (random() < 0.8) await writeFile(path.join(folder, ".dockerignore"), `${rules.join("\n")}\n`);
  for (const full of made.toReversed()) {
    const seconds = Math.floor(random() * 1.6e9) + 1e8;
    await lutimes(full, seconds, seconds);
  }
}
