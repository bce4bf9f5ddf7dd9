import { ContainersError } from "../containers-error.ts";

/** What containerd leaves to others. */
export function cannot(what: string, hint: string): ContainersError {
  return new ContainersError("CONTAINERS_NOT_SUPPORTED", `containerd does not ${what}`, { hint });
}
