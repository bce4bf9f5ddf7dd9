import type { Api } from "./api.ts";
import { ReleaseError } from "./release-error.ts";
import type { Application } from "./resources.ts";

/**
 * A fleet, by its id, its slug (`organisation/fleet`) or its name.
 * @throws ReleaseError RELEASE_APPLICATION_NOT_FOUND, also where a name is that of several fleets
 */
export async function findFleet(api: Api, fleet: string | number): Promise<Application> {
  const name = String(fleet);
  const found = await look(api, name);
  const [first, ...others] = found;
  if (first && others.length === 0) return first;
  if (!first) {
    throw new ReleaseError("RELEASE_APPLICATION_NOT_FOUND", `the API knows no fleet \`${name}\``, {
      hint: "give it as organisation/fleet; the API answers the same where the token is missing or may not see it",
    });
  }
  const slugs = found.map(({ slug, id }) => slug ?? id).join(", ");
  throw new ReleaseError("RELEASE_APPLICATION_NOT_FOUND", `several fleets have the name \`${name}\`: ${slugs}`, {
    hint: "give the one that you mean as organisation/fleet",
  });
}

async function look(api: Api, name: string): Promise<Application[]> {
  if (/^\d+$/.test(name)) {
    const found = await api.find<Application>("application", Number(name), { $select: "id" });
    return found ? [found] : [];
  }
  const $select = ["id", "slug", "app_name"];
  if (!name.includes("/")) return api.list<Application>("application", { app_name: name }, { $select });
  const found = await api.list<Application>("application", { slug: name }, { $select });
  // Clouds keep slugs in lower case, and show names as they were written.
  const lower = name.toLowerCase();
  return found.length > 0 || lower === name ? found : api.list("application", { slug: lower }, { $select });
}
