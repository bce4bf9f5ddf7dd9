import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

/** The folder with emulators, and programs of other architectures, that the tests' set-up has made. */
export async function emulatorsFolder(): Promise<string> {
  const sources = path.join(import.meta.dirname, "../../emulate/test");
  const texts = await Promise.all(["execve.c", "pass-through.c"].map((name) => readFile(path.join(sources, name))));
  const version = createHash("sha256").update(Buffer.concat(texts)).digest("hex").slice(0, 12);
  const folder = path.join(homedir(), ".cache/slipway-emulators", version);
  await access(folder);
  return folder;
}
