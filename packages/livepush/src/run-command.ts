import type { Mount, RunStep } from "@slipway/dockerfile";
import { cleanPath, joinPath } from "./container-path.ts";
import type { RebuildReason, RunMount } from "./push-plan.ts";

/** Why a RUN can't be run again in a container as a build would run it. */
export function runObstacles(step: RunStep): RebuildReason[] {
  const because = (message: string): RebuildReason => ({ message: `\`${step.text}\` ${message}`, range: step.range });
  const secret = step.mounts.filter(({ type }) => type === "secret" || type === "ssh");
  const reasons = secret.map(({ type }) => because(`needs its ${type} mount, which only a build has`));
  if (step.network !== undefined && step.network !== "default") reasons.push(because("runs on a network of its own"));
  if (step.security !== undefined && step.security !== "sandbox") reasons.push(because("runs without the sandbox"));
  if (step.script) reasons.push(because("is a script with an interpreter of its own"));
  if (runMounts(step).some(({ target }) => target === "/")) reasons.push(because("mounts over the root"));
  return reasons;
}

/** What a RUN's mounts show it. A cache is empty, as it may be at any build. */
export function runMounts(step: RunStep): RunMount[] {
  return step.mounts.flatMap((mount): RunMount[] => {
    const target = targetOf(mount, step);
    const { from, type } = mount;
    if (type === "tmpfs") return [{ target, content: { kind: "empty", mode: 0o1777, owner: { uid: 0, gid: 0 } } }];
    if (type === "bind") {
      const source = mountSource(mount);
      if (from === undefined) return [{ target, content: { kind: "context", source } }];
      if (from.kind === "scratch") return [{ target, content: emptyFolder }];
      return [{ target, content: { kind: "from", from: from.kind === "stage" ? from.index : from.image, source } }];
    }
    if (type !== "cache") return [];
    const { uid = "0", gid = "0", mode = "755" } = mount.options;
    const owner = { uid: Number(uid), gid: Number(gid) };
    return [{ target, content: { kind: "empty", mode: parseInt(mode, 8), owner } }];
  });
}

/** Where a mount's content comes from: relative to the context or the other root. */
export function mountSource({ source = "" }: Mount): string {
  return cleanPath(source).slice(1);
}

const emptyFolder = { kind: "empty", mode: 0o755, owner: { uid: 0, gid: 0 } } as const;

function targetOf({ target = "" }: Mount, step: RunStep): string {
  return target.startsWith("/") ? cleanPath(target) : joinPath(step.before.workdir || "/", target);
}
