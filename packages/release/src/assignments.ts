/** Labels or variables as compose files have them: a map, or a list of `NAME=value`. */
export type Assignments = Readonly<Record<string, string | number | boolean | null | undefined>> | readonly string[];

/** The same as pairs; what has no value has an empty one, as the API wants text. */
export function readAssignments(assignments: Assignments | null | undefined): [string, string][] {
  if (!assignments) return [];
  if (Array.isArray(assignments)) {
    return (assignments as readonly string[]).map((text) => {
      const equals = text.indexOf("=");
      return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
    });
  }
  return Object.entries(assignments).map(([name, value]) => [
    name,
    value === undefined || value === null ? "" : String(value),
  ]);
}
