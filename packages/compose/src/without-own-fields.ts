/** A part of a project without the `x-…` fields in it: in JSON the reference implementation prints those at the top only. */
export function withoutOwnFields<Part extends object>(part: Part): Part {
  return Object.fromEntries(Object.entries(part).filter(([key]) => !key.startsWith("x-"))) as Part;
}
