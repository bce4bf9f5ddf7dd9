// Programs that engine tests talk to besides the engine: an ssh server and an image registry. Quick when they are there.
import { existsSync } from "node:fs";
import path from "node:path";
import { command } from "./command.mjs";
import { SetupError, step } from "./say.mjs";

const packages = { sshd: "openssh-server", "docker-registry": "docker-registry", htpasswd: "apache2-utils" };

/** Makes sure that they are installed; on Debian and Ubuntu as root it installs what is missing. */
export async function ensureTestTools() {
  const missing = Object.entries(packages).flatMap(([program, name]) => (onPath(program) ? [] : [name]));
  if (missing.length === 0) return;
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !onPath("apt-get")) {
    throw new SetupError(
      `the engine tests need ${missing.join(", ")}, which only root can install, on Debian or Ubuntu`,
      `install ${Object.keys(packages).join(", ")}`,
    );
  }
  step(`installing for the tests: ${missing.join(", ")}`);
  // Neither is to run by itself: each test starts its own.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  await command("apt-get", ["update", "-q"], { env });
  await command("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...missing], { env });
}

/** @param {string} program */
function onPath(program) {
  const directories = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  return directories.some((directory) => existsSync(path.join(directory, program)));
}
