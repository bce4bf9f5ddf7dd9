import { constants } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import { architectureOf, normalizePlatform } from "./architecture.ts";

/**
 * The emulator of a platform on this machine's PATH: one that knows `-execve` by its name, `qemu-arm-execve`, or
 * `qemu-arm-static`, as Debian calls it.
 */
export async function findEmulator(
  platform: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | undefined> {
  const { qemu } = architectureOf(normalizePlatform(platform));
  const folders = (environment["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const name of [`qemu-${qemu}-execve`, `qemu-${qemu}-static`]) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      const isThere = await access(file, constants.R_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return file;
    }
  }
  return undefined;
}
