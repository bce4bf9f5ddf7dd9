import type { UserIds } from "./image-files.ts";
import { StiError } from "./sti-error.ts";

/**
 * Refuses a user whose uid is in none of the ranges.
 * @param ranges `1000-2000,3000-,-50,7`
 * @throws StiError STI_USER_NOT_ALLOWED, STI_BAD_REQUEST
 */
export function checkUser(ranges: string, { uid }: UserIds, user: string, image: string): void {
  const allowed = ranges.split(",").some((range) => {
    const match = /^(?:(\d+)|(\d*)-(\d*))$/.exec(range.trim());
    if (!match || range.trim() === "-") {
      throw new StiError("STI_BAD_REQUEST", `allowedUids: \`${range}\` is no range of uids`, {
        hint: "ranges such as 1000-2000, 1- or 7, with commas between them",
      });
    }
    const [, one, from, to] = match;
    if (one !== undefined) return uid === Number(one);
    return uid >= Number(from || 0) && uid <= (to ? Number(to) : Number.POSITIVE_INFINITY);
  });
  if (allowed) return;
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
