import type { Accounts } from "./stage-facts.ts";

/** Who owns a copied file. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What COPY makes of files of the context. */
export const root: Owner = { uid: 0, gid: 0 };

/** Whether a `--chown` needs the container's list of users or groups. */
export function needsAccounts(chown: string): boolean {
  return chown.split(":").some((part) => part !== "" && !/^\d+$/.test(part));
}

/**
 * The owner that `--chown=user[:group]` gives, as BuildKit reads it: a number alone is the group too, a user's name alone
 * brings that user's own group. Undefined for names that the accounts don't have.
 */
export function readOwner(chown: string, accounts: Accounts | undefined): Owner | undefined {
  const [user = "", group] = chown.split(":");
  const owner = user === "" ? root : readUser(user, accounts);
  if (!owner || group === undefined || group === "") return owner;
  const gid = /^\d+$/.test(group) ? Number(group) : accounts?.groups.get(group);
  return gid === undefined ? undefined : { uid: owner.uid, gid };
}

/** Reads `/etc/passwd` and `/etc/group`. */
export function readAccounts(passwd: string, group: string): Accounts {
  return {
    users: new Map(
      fields(passwd).flatMap(([name = "", , uid, gid]) =>
        uid && gid ? [[name, { uid: Number(uid), gid: Number(gid) }] as const] : [],
      ),
    ),
    groups: new Map(fields(group).flatMap(([name = "", , gid]) => (gid ? [[name, Number(gid)] as const] : []))),
  };
}

function fields(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}

function readUser(user: string, accounts: Accounts | undefined): Owner | undefined {
  return /^\d+$/.test(user) ? { uid: Number(user), gid: Number(user) } : accounts?.users.get(user);
}
