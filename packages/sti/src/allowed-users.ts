import type { UserIds } from "./image-files.ts";
import { StiError } from "./sti-error.ts";

interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads ranges of uids: `1000-2000,3000-,-50,7`.
 * @throws StiError STI_BAD_REQUEST
 */
export function readRanges(text: string): Range[] {
  return text.split(",").map((range) => {
    const [, one, from = "", to = ""] = /^(?:(\d+)|(\d*)-(\d*))$/.exec(range.trim()) ?? [];
    if (one !== undefined) return { from: Number(one), to: Number(one) };
    if (from === "" && to === "") {
      throw new StiError("STI_BAD_REQUEST", `allowedUids: \`${range}\` is no range of uids`, {
        hint: "ranges such as 1000-2000, 1- or 7, with commas between them",
      });
    }
    return { from: Number(from || 0), to: to === "" ? Number.POSITIVE_INFINITY : Number(to) };
  });
}

/**
 * Refuses a user whose uid is in none of the ranges.
 * @throws StiError STI_USER_NOT_ALLOWED, STI_BAD_REQUEST
 */
export function checkUser(ranges: string, { uid }: UserIds, user: string, image: string): void {
  if (readRanges(ranges).some(({ from, to }) => uid >= from && uid <= to)) return;
  const who = user === "" ? "root, as the image names no user" : `${user} (uid ${uid})`;
  throw new StiError(
    "STI_USER_NOT_ALLOWED",
    `scripts of ${image} would run as ${who}; only uids ${ranges} are allowed`,
    {
      image,
      hint: "give another user, or use a builder image with one",
    },
  );
}
