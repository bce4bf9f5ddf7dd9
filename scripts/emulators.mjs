// What the tests of emulated builds work with, below ~/.cache: busyboxes of other architectures and static qemus, from
// Debian's packages, unpacked and not installed; and emulators that know `-execve`, made of them.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./command.mjs";
import { canInstall, codename, install, onPath, unpack } from "./debian.mjs";
import { SetupError, step } from "./say.mjs";

const sources = path.join(path.dirname(fileURLToPath(import.meta.url)), "../packages/emulate/test");
/** Debian's architectures, and qemu's names of them. */
const foreign = { arm64: "aarch64", armhf: "arm" };

/** Makes what is missing. @returns {Promise<string>} the folder */
export async function ensureEmulators() {
  const texts = await Promise.all(["execve.c", "pass-through.c"].map((name) => readFile(path.join(sources, name))));
  const version = createHash("sha256").update(Buffer.concat(texts)).digest("hex").slice(0, 12);
  const folder = path.join(homedir(), ".cache/slipway-emulators", version);
  if (existsSync(folder)) return folder;
  if (!(await canInstall())) {
    throw new SetupError("the tests of emulated builds need Debian's packages", "run this as root on Debian");
  }
  if (!onPath("gcc")) await install(["gcc", "libc6-dev"], "for the tests of emulated builds");
  step("unpacking emulators, and programs of other architectures");
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  const suite = await codename();
  await unpack(suite, path.join(making, "own"), ["qemu-user-static"]);
  await compile(making, "pass-through");
  await compile(making, "execve");
  for (const [architecture, qemu] of Object.entries(foreign)) {
    const unpacked = path.join(making, architecture);
    await unpack(suite, unpacked, [`busybox-static:${architecture}`]);
    await copyFile(path.join(unpacked, "bin/busybox"), path.join(making, `busybox-${architecture}`));
    const emulator = path.join(making, "own/usr/bin", `qemu-${qemu}-static`);
    await copyFile(emulator, path.join(making, `qemu-${qemu}-static`));
    await pack(path.join(making, "execve"), emulator, path.join(making, `qemu-${qemu}-execve`));
    await rm(unpacked, { recursive: true });
  }
  await rm(path.join(making, "own"), { recursive: true });
  await rename(making, folder);
  return folder;
}

/**
 * @param {string} folder
 * @param {string} name
 */
async function compile(folder, name) {
  await command("gcc", ["-O2", "-Wall", "-static", "-o", path.join(folder, name), path.join(sources, `${name}.c`)]);
}

/**
 * Puts an emulator behind the program that runs it.
 * @param {string} program
 * @param {string} emulator
 * @param {string} file
 */
async function pack(program, emulator, file) {
  const [head, body] = await Promise.all([readFile(program), readFile(emulator)]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(body.length));
  await writeFile(file, Buffer.concat([head, body, size, Buffer.from("EMULATOR")]), { mode: 0o755 });
}
