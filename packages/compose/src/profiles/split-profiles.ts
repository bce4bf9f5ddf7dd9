import { fieldOf, type Entry, itemsOf, type Mapping, type Node, stringOf, withEntries } from "../parse/node.ts";

/** The services that take part, and those that wait for a profile. */
export interface SplitServices {
  readonly enabled: Mapping;
  readonly disabled: Mapping;
}

/** Divides services by whether they are active. */
export function splitProfiles(services: Mapping, active: readonly string[]): SplitServices {
  const enabled = new Map<string, Entry>();
  const disabled = new Map<string, Entry>();
  services.entries.forEach((entry, name) => (isActive(entry.value, active) ? enabled : disabled).set(name, entry));
  return { enabled: withEntries(services, enabled), disabled: withEntries(services, disabled) };
}

/** Whether one of a service's profiles is active; a service without profiles always is. `*` activates all. */
export function isActive(service: Node, active: readonly string[]): boolean {
  const profiles = itemsOf(fieldOf(service, "profiles"));
  if (profiles.length === 0 || active.includes("*")) return true;
  return profiles.some((profile) => {
    const name = stringOf(profile);
    return name !== undefined && active.includes(name);
  });
}
