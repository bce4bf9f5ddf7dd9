import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { command } from "../command.mjs";
import { SetupError } from "../say.mjs";
import { busyboxEntries } from "./busybox.mjs";
import { directory, hostFile, hostTree, symlink } from "./entries.mjs";

/** glibc loads these by itself when a name is looked up, so ldd doesn't list them. */
const nameServiceLibraries = ["libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2"];
const certificates = "/etc/ssl/certs/ca-certificates.crt";

/**
 * The busybox root file system with this machine's Node.js, the libraries that it needs, npm, and the certificates
 * that npm needs to reach its registry.
 * @returns {AsyncGenerator<import("./entries.mjs").Entry>}
 */
export async function* nodeEntries() {
  const node = realpathSync(process.execPath);
  const npm = npmFolder(node);
  yield* busyboxEntries();
  /** @type {Set<string>} */
  const made = new Set(["/bin", "/etc", "/lib", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin"]);
  for (const library of await libraries(node)) {
    yield* parents(library, made);
    yield* hostFile(library, library.slice(1), 0o755);
  }
  if (existsSync(certificates)) {
    yield* parents(certificates, made);
    yield* hostFile(certificates, certificates.slice(1), 0o644);
  }
  yield* hostFile(node, "usr/bin/node", 0o755);
  yield directory("usr/lib/node_modules");
  yield* hostTree(npm, "usr/lib/node_modules/npm");
  yield symlink("usr/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js");
  yield symlink("usr/bin/npx", "../lib/node_modules/npm/bin/npx-cli.js");
}

/** @param {string} node */
function npmFolder(node) {
  const near = path.join(path.dirname(node), "..", "lib/node_modules/npm");
  for (const folder of [
    near,
    "/usr/lib/node_modules/npm",
    "/usr/local/lib/node_modules/npm",
    "/usr/share/nodejs/npm",
  ]) {
    if (existsSync(path.join(folder, "bin/npm-cli.js"))) return folder;
  }
  throw new SetupError(
    "no registry answers, and npm was not found beside this machine's node to make a base image from",
  );
}

/** @param {string} node */
async function libraries(node) {
  const listed = [...(await command("ldd", [node])).matchAll(/\/\S+/g)].map(([library]) => library);
  const folder = path.dirname(listed.find((library) => library.includes("libc.so")) ?? "/lib/x");
  const extra = nameServiceLibraries.map((name) => path.join(folder, name)).filter((file) => existsSync(file));
  return new Set([...listed, ...extra]);
}

/**
 * @param {string} file absolute
 * @param {Set<string>} made
 * @returns {Generator<import("./entries.mjs").Entry>}
 */
function* parents(file, made) {
  const folder = path.posix.dirname(file);
  if (folder === "/" || made.has(folder)) return;
  yield* parents(folder, made);
  made.add(folder);
  yield directory(folder.slice(1));
}
