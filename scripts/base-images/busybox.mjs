import { existsSync } from "node:fs";
import { command } from "../command.mjs";
import { SetupError } from "../say.mjs";
import { directory, file, hostFile, symlink } from "./entries.mjs";

/**
 * A root file system of one static busybox and a link for each of its tools.
 * @returns {AsyncGenerator<import("./entries.mjs").Entry>}
 */
export async function* busyboxEntries() {
  const busybox = await staticBusybox();
  for (const name of [
    "bin",
    "dev",
    "etc",
    "home",
    "lib",
    "proc",
    "root",
    "sys",
    "usr",
    "usr/bin",
    "usr/lib",
    "usr/local",
    "usr/local/bin",
    "var",
  ]) {
    yield directory(name);
  }
  yield directory("tmp", 0o1777);
  yield file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
  yield file("etc/group", "root:x:0:\nnogroup:x:65534:\n");
  yield file("etc/nsswitch.conf", "hosts: files dns\n");
  yield* hostFile(busybox, "bin/busybox", 0o755);
  const tools = (await command(busybox, ["--list"])).trim().split("\n");
  for (const tool of tools) if (tool !== "busybox") yield symlink(`bin/${tool}`, "busybox");
  yield symlink("usr/bin/env", "../../bin/busybox");
}

/** A busybox that needs no library; Debian's package is installed where there is none. */
async function staticBusybox() {
  for (let attempt = 0; attempt < 2; attempt++) {
    for (const path of ["/bin/busybox", "/usr/bin/busybox", "/bin/busybox.static"]) {
      if (existsSync(path) && (await isStatic(path))) return path;
    }
    if (attempt > 0 || !existsSync("/usr/bin/apt-get") || process.getuid?.() !== 0) break;
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await command("apt-get", ["update", "-q"], { env });
    await command("apt-get", ["install", "-y", "-q", "--no-install-recommends", "busybox-static"], { env });
  }
  throw new SetupError(
    "no registry answers, and there is no static busybox to make a base image from",
    "connect to a registry, or on Debian as root: apt-get install busybox-static",
  );
}

/** @param {string} path */
async function isStatic(path) {
  // ldd ends with an error for a program that isn't dynamic.
  return command("ldd", [path]).then(
    (output) => /not a dynamic|statically linked/.test(output),
    () => true,
  );
}
