import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Project } from "@slipway/compose";
import { readIgnore, walk } from "@slipway/context";
import { parse, stages } from "@slipway/dockerfile";
import { ContextListing, type ContextFile, liveDockerfile, plan, type PushPlan } from "@slipway/livepush";
import { CliError } from "./cli-error.ts";

/** What a change of some files would do to one service. */
export interface DryRun {
  readonly service: string;
  readonly plan: PushPlan;
}

/**
 * Plans what a change of these files would do, without an engine.
 * @throws CliError CLI_LIVE_NOTHING if no service has any of the files in its context
 */
export async function dryRun(project: Project, files: readonly string[]): Promise<DryRun[]> {
  const runs: DryRun[] = [];
  for (const [service, { build }] of Object.entries(project.services)) {
    if (!build?.context) continue;
    const context = path.resolve(build.context);
    const names = files.flatMap((file) => {
      const name = path.relative(context, file).split(path.sep).join("/");
      return name === "" || name.startsWith("../") || path.isAbsolute(name) ? [] : [name];
    });
    if (names.length === 0) continue;
    const dockerfilePath = build.dockerfile ?? "Dockerfile";
    const live = liveDockerfile(
      build.dockerfile_inline ?? (await readFile(path.join(context, dockerfilePath), "utf8")),
    );
    const ignore = await readIgnore(context, dockerfilePath);
    const listing = new ContextListing();
    for await (const { path: name, type, linkname } of walk(context, { ignore })) {
      listing.set(name, { type, linkname, archive: false });
    }
    const args = Object.entries(build.args ?? {}).filter(
      (pair): pair is [string, string] => typeof pair[1] === "string",
    );
    const gone: ContextFile = { type: "file" };
    runs.push({
      service,
      plan: plan({
        stages: stages(parse(live.text, { file: dockerfilePath }), { buildArgs: Object.fromEntries(args) }),
        context: listing,
        changes: names
          .filter((name) => !ignore.ignores(name))
          .map((name) => ({ path: name, before: listing.get(name) ?? gone, after: listing.get(name) })),
        liveFrom: live.liveFrom,
        rebuild: names.includes(dockerfilePath) ? [{ message: `the Dockerfile, ${dockerfilePath}, changed` }] : [],
      }),
    });
  }
  if (runs.length > 0) return runs;
  throw new CliError("CLI_LIVE_NOTHING", `no service's build context has ${files.join(", ")}`, {
    hint: "give files of a service that is built",
  });
}

/** A plan in lines, each with its reason. */
export function describePlan({ needsRebuild, stages: planned, restart, warnings, questions }: PushPlan): string[] {
  if (needsRebuild.length > 0) return needsRebuild.map(({ message }) => `builds anew: ${message}`);
  const lines = planned.flatMap(({ stage, final, actions }) =>
    actions.map((action) => {
      const what =
        action.kind === "run" || action.kind === "flow"
          ? `${action.kind === "run" ? "runs" : "copies again"} ${action.text}`
          : `${verbs[action.kind]} ${action.items.map((item) => ("destination" in item ? item.destination : item.path)).join(", ")}`;
      return `${final ? "" : `stage ${stage}: `}${what} (${action.why})`;
    }),
  );
  if (lines.length === 0) return ["does nothing: no step of the Dockerfile takes that", ...warnings];
  const end = restart.needed ? `restarts (${restart.why})` : `does not restart (${restart.why})`;
  return [
    ...lines,
    end,
    ...warnings.map((warning) => `warning: ${warning}`),
    ...questions.map(
      (question) =>
        `depends on the container: ${question.kind === "folder" ? `whether ${question.path} is a folder` : question.kind}`,
    ),
  ];
}

const verbs = { copy: "copies", delete: "deletes", repair: "puts back, if it was written over," } as const;
