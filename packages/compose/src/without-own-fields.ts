/** A part of a project without the `x-…` fields in it: in JSON the reference implementation prints those at the top only. */
export function withoutOwnFields<Part extends object>(part: Part): Part {
  const result: Partial<Part> = {};
  for (const key of Object.keys(part) as (keyof Part & string)[]) if (!key.startsWith("x-")) result[key] = part[key];
  return result as Part;
}
