// What the scripts need of Debian: is it there, may it be installed, install it.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { command } from "./command.mjs";
import { SetupError, step } from "./say.mjs";

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

/**
 * Unpacks packages of another suite into a folder; nothing is installed, and the system's own lists stay as they are.
 * @param {string} suite as `trixie`
 * @param {string} folder
 * @param {string[]} packages of another architecture with its name behind a colon
 */
export async function unpack(suite, folder, packages) {
  const state = path.join(folder, ".apt");
  await mkdir(path.join(state, "lists", "partial"), { recursive: true });
  await mkdir(path.join(state, "archives", "partial"), { recursive: true });
  const sources = path.join(state, "sources.list");
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await writeFile(sources, `deb [signed-by=${keyring}] ${await mirror()} ${suite} main\n`);
  const options = {
    "Dir::State::lists": path.join(state, "lists"),
    "Dir::Cache": state,
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "-",
    "APT::Sandbox::User": "root",
  };
  const args = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  for (const architecture of packages.flatMap((name) => name.split(":").slice(1))) {
    args.push("-o", `APT::Architectures::=${architecture}`);
  }
  await command("apt-get", [...args, "-q", "update"]);
  await command("apt-get", [...args, "-q", "download", ...packages], { cwd: state });
  for (const name of await readdir(state)) {
    if (name.endsWith(".deb")) await command("dpkg-deb", ["-x", path.join(state, name), folder]);
  }
  await rm(state, { recursive: true });
}

/** This Debian's name, as `bookworm`. */
export async function codename() {
  const found = /^VERSION_CODENAME="?(\w+)/m.exec(await readFile("/etc/os-release", "utf8"));
  if (!found?.[1]) throw new SetupError("/etc/os-release names no VERSION_CODENAME");
  return found[1];
}

/** Where this machine has its Debian packages from. */
async function mirror() {
  const folder = "/etc/apt/sources.list.d";
  const names = (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name));
  const texts = await Promise.all(
    ["/etc/apt/sources.list", ...names].map((file) => readFile(file, "utf8").catch(() => "")),
  );
  const found = /\bhttps?:\/\/\S+\/debian\/?(?=\s|$)/m.exec(texts.join("\n"));
  if (!found) throw new SetupError("this machine's apt sources name no Debian mirror");
  return found[0];
}
