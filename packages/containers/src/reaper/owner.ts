import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Which process this is, so that another on the same machine can tell whether it still is: as a label's value. */
export function thisProcess(): string {
  return [...machine(), process.pid, startOf(process.pid) ?? ""].join("|");
}

/** Whether the process of a label has surely ended; false where that can't be told from here. */
export function hasEnded(owner: string): boolean {
  const [host, boot, namespace, pid, start] = owner.split("|");
  const [ownHost, ownBoot, ownNamespace] = machine();
  if (host !== ownHost || !pid || start === undefined) return false;
  if (boot !== ownBoot) return true;
  if (namespace !== ownNamespace) return false;
  const now = startOf(Number(pid));
  if (start !== "" && now !== undefined) return now !== start;
  return !isAlive(Number(pid));
}

/** The machine's name, its boot, and the namespace that numbers of processes are of, where the system tells. */
function machine(): readonly [string, string, string] {
  const told = (read: () => string): string => {
    try {
      return read().trim();
    } catch {
      return "";
    }
  };
  return [
    hostname(),
    told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
    told(() => readlinkSync("/proc/self/ns/pid")),
  ];
}

/** When a process began, in ticks since boot: a number that is used again is another process's. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses, and may have anything in it.
    const [state, ...fields] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
