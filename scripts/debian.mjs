// What the scripts need of Debian: is it there, may it be installed, install it.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { command } from "./command.mjs";
import { step } from "./say.mjs";

/**
 * Where a program is, on the PATH or where the system keeps its own.
 * @param {string} name
 * @returns {string | undefined}
 */
export function onPath(name) {
  const directories = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  return directories.map((directory) => path.join(directory, name)).find((file) => existsSync(file));
}

/** Whether this is Debian, or a system made from it. */
export async function isDebian() {
  if (process.platform !== "linux") return false;
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(release);
}

/** Whether packages can be installed: Debian, as root. */
export async function canInstall() {
  return process.getuid?.() === 0 && (await isDebian());
}

/**
 * Installs Debian packages.
 * @param {string[]} packages
 * @param {string} why for the line that says so
 */
export async function install(packages, why) {
  step(`installing Debian's ${packages.join(", ")} (${why})`);
  // At that run level a package's own service isn't started: whoever needs one starts it.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  await command("apt-get", ["update", "-q"], { env });
  await command("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], { env });
}
