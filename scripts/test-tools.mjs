// Real programs that engine tests work with: a registry, an ssh server, a terminal. From Debian where they aren't there.
import { canInstall, install, onPath } from "./debian.mjs";
import { ensureEmulators } from "./emulators.mjs";
import { SetupError } from "./say.mjs";

/** Programs, and the Debian packages that have them. */
const tools = {
  busybox: "busybox-static",
  containerd: "containerd",
  "docker-registry": "docker-registry",
  git: "git",
  htpasswd: "apache2-utils",
  openssl: "openssl",
  runc: "runc",
  script: "bsdutils",
  sshd: "openssh-server",
  "ssh-keygen": "openssh-client",
  pg_ctlcluster: "postgresql",
  zip: "zip",
};

/** Installs what is missing. */
export async function ensureTestTools() {
  await ensureEmulators();
  const missing = Object.entries(tools).filter(([program]) => !onPath(program));
  if (missing.length === 0) return;
  const programs = missing.map(([program]) => program).join(", ");
  if (!(await canInstall())) {
    const hint = `install ${programs}, or run this as root on Debian, where they are installed for you`;
    throw new SetupError(`the engine tests need ${programs}`, hint);
  }
  const packages = missing.map(([, name]) => name);
  await install(packages, `for the tests: ${programs}`);
}
