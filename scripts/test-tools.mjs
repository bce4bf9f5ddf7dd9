// Real programs that engine tests work with: a registry, an ssh server. From Debian where they aren't there.
import { canInstall, install, onPath } from "./debian.mjs";
import { SetupError } from "./say.mjs";

/** Program, and the Debian package that has it. */
const tools = [
  ["docker-registry", "docker-registry"],
  ["sshd", "openssh-server"],
];

/** Installs what is missing. */
export async function ensureTestTools() {
  const missing = tools.filter(([program]) => !onPath(/** @type {string} */ (program)));
  if (missing.length === 0) return;
  const programs = missing.map(([program]) => program).join(", ");
  if (!(await canInstall())) {
    throw new SetupError(
      `the engine tests need ${programs}`,
      `install ${programs}, or run this as root on Debian, where they are installed for you`,
    );
  }
  await install(
    missing.map(([, name]) => /** @type {string} */ (name)),
    `for the tests: ${programs}`,
  );
}
