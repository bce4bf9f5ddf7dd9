/** The record with its values as text, as the engine wants options and labels. */
export function stringValues(record: Readonly<Record<string, unknown>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, String(value)]));
}
