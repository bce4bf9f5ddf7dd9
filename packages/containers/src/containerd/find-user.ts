import { readFile } from "node:fs/promises";
import { ContainersError } from "../containers-error.ts";
import { resolveInRoot } from "./resolve-in-root.ts";

/** Who a process in a container is. */
export interface FoundUser {
  readonly uid: number;
  readonly gid: number;
  /** Further groups. */
  readonly groups: readonly number[];
  readonly home: string;
}

/** Who it is without anything said. */
export const rootUser: FoundUser = { uid: 0, gid: 0, groups: [], home: "/root" };

/**
 * A user by `name`, `uid`, or either with `:group`, as the container's own files have it.
 * @throws ContainersError CONTAINERS_CONTAINER_OPTIONS for a name that isn't there
 */
export async function findUser(root: string, text: string): Promise<FoundUser> {
  const [user = "", group] = text.split(":");
  const users = (await lines(root, "/etc/passwd")).map(([name = "", , uid, gid, , home = "/"]) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    home: home || "/",
  }));
  const groups = (await lines(root, "/etc/group")).map(([name = "", , gid, members = ""]) => ({
    name,
    gid: Number(gid),
    members: members.split(","),
  }));
  const found = users.find(({ name }) => name === user) ?? users.find(({ uid }) => String(uid) === user);
  if (!found && !/^\d+$/.test(user)) throw unknown(`user \`${user}\``, "/etc/passwd");
  const foundGroup = groups.find(({ name }) => name === group)?.gid;
  if (group !== undefined && foundGroup === undefined && !/^\d+$/.test(group)) {
    throw unknown(`group \`${group}\``, "/etc/group");
  }
  // A group that is given is the only one.
  const gid = group === undefined ? (found?.gid ?? 0) : (foundGroup ?? Number(group));
  const further = group === undefined && found ? groups.filter(({ members }) => members.includes(found.name)) : [];
  return {
    uid: found?.uid ?? Number(user),
    gid,
    groups: further.map((entry) => entry.gid).filter((id) => id !== gid),
    home: found?.home ?? "/",
  };
}

async function lines(root: string, file: string): Promise<string[][]> {
  const text = await readFile(await resolveInRoot(root, file), "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

function unknown(what: string, file: string): ContainersError {
  return new ContainersError("CONTAINERS_CONTAINER_OPTIONS", `the image has no ${what} in its ${file}`, {
    hint: "give it as a number",
  });
}
