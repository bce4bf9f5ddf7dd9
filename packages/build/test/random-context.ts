import { chmod, link, lutimes, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

/** Numbers that a seed makes the same again (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const names = ["a", "b", "a.b", "a-b", "A", "ü", "x y", ".hidden", "node_modules", "log.txt", "0", "_", "#1", "a,b"];
// No exception for what is in a folder that is ignored: docker's two builders don't agree on those (docs/building.md).
const patterns = ["a", "*.txt", "**/b", "!b", "node_modules", "*/a", "ü", "a*", "!a.b", "x y", "[ab]", "?"];

/** Fills a folder with files, folders and links of all kinds, and an ignore file. */
export async function randomContext(folder: string, seed: number): Promise<void> {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const made: string[] = [];
  const files: string[] = [];
  const fill = async (directory: string, depth: number): Promise<void> => {
    const here = new Set(Array.from({ length: random(8) + (depth === 0 ? 3 : 0) }, () => pick(names)));
    for (const name of here) {
      const full = path.join(directory, name);
      const kind = random(10);
      if (kind < 3 && depth < 4) {
        await mkdir(full);
        await fill(full, depth + 1);
        await chmod(full, pick([0o755, 0o700, 0o1777, 0o2755]));
      } else if (kind === 3) {
        const target = pick([
          "nowhere",
          "/etc/passwd",
          "..",
          ".",
          "a",
          path.relative(directory, pick([folder, ...files])),
        ]);
        await symlink(target === "" ? "." : target, full);
      } else if (kind === 4 && files.length > 0) await link(pick(files), full);
      else {
        await writeFile(full, Buffer.alloc(pick([0, 1, 512, 700, 70_000, 300_000]), random(256)));
        await chmod(full, pick([0o644, 0o600, 0o755, 0o4755, 0o444, 0o000]));
        files.push(full);
      }
      made.push(full);
    }
  };
  await fill(folder, 0);
  const ignored = Array.from({ length: random(5) }, () => pick(patterns));
  if (ignored.length > 0) await writeFile(path.join(folder, ".dockerignore"), `${ignored.join("\n")}\n`);
  for (const full of made.toReversed()) {
    const at = 1_000_000_000 + random(500_000_000) + random(1000) / 1000;
    await lutimes(full, at, at);
  }
}
