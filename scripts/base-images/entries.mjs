// The few kinds of tar entry that a root file system is made of, in the shape that @slipway/context packs.
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import path from "node:path";

/** @typedef {import("@slipway/context").EntryToPack} Entry */

const mtime = new Date(0);

/**
 * @param {string} name
 * @param {number} [mode]
 * @returns {Entry}
 */
export function directory(name, mode = 0o755) {
  return { header: { name: `${name}/`, type: "directory", mode, mtime } };
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {Entry}
 */
export function file(name, text) {
  return { header: { name, type: "file", mode: 0o644, mtime, size: Buffer.byteLength(text) }, body: text };
}

/**
 * @param {string} name
 * @param {string} target
 * @returns {Entry}
 */
export function symlink(name, target) {
  return { header: { name, type: "symlink", mode: 0o777, mtime, linkname: target } };
}

/**
 * A file of this machine, links followed.
 * @param {string} source
 * @param {string} name
 * @param {number} mode
 * @returns {AsyncGenerator<Entry>}
 */
export async function* hostFile(source, name, mode) {
  const { size } = await stat(source);
  yield { header: { name, type: "file", mode, mtime, size }, body: createReadStream(source) };
}

/**
 * A folder of this machine with all that it holds; links stay links.
 * @param {string} source
 * @param {string} name
 * @returns {AsyncGenerator<Entry>}
 */
export async function* hostTree(source, name) {
  yield directory(name);
  for (const child of await readdir(source)) {
    const from = path.join(source, child);
    const to = `${name}/${child}`;
    const stats = await lstat(from);
    if (stats.isDirectory()) yield* hostTree(from, to);
    else if (stats.isSymbolicLink()) yield symlink(to, await readlink(from));
    else if (stats.isFile()) yield* hostFile(from, to, stats.mode & 0o777);
  }
}
