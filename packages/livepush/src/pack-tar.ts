import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";

/** Below this, packing takes longer than what it saves. */
const worthPacking = 32 * 1024;
/** How much of an archive tells whether the rest can be made smaller. */
const sample = 32 * 1024;
/** How small it must become for that. */
const worthwhile = 0.7;

const pack = promisify(gzip);

/** Makes an archive smaller where that is quick and worth it; undefined where not. */
export async function packTar(tar: Buffer): Promise<Buffer | undefined> {
  if (tar.length < worthPacking) return undefined;
  const level = constants.Z_BEST_SPEED;
  // The middle: an archive begins with whatever file comes first.
  const from = Math.floor((tar.length - sample) / 2);
  const tried = await pack(tar.subarray(from, from + sample), { level });
  return tried.length > sample * worthwhile ? undefined : pack(tar, { level });
}
