import { fieldOf, type Entry, itemsOf, type Mapping, stringOf, withEntries } from "../parse/node.ts";

/** The services that take part, and those that wait for a profile. */
export interface SplitServices {
  readonly enabled: Mapping;
  readonly disabled: Mapping;
}

/** Divides services by whether one of their profiles is active; those without profiles always are. `*` activates all. */
export function splitProfiles(services: Mapping, active: readonly string[]): SplitServices {
  const enabled = new Map<string, Entry>();
  const disabled = new Map<string, Entry>();
  for (const [name, entry] of services.entries) {
    const profiles = itemsOf(fieldOf(entry.value, "profiles")).map(stringOf);
    const on =
      profiles.length === 0 ||
      active.includes("*") ||
      profiles.some((one) => one !== undefined && active.includes(one));
    (on ? enabled : disabled).set(name, entry);
  }
  return { enabled: withEntries(services, enabled), disabled: withEntries(services, disabled) };
}
