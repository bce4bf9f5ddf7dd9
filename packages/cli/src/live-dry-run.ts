import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Project, Service } from "@slipway/compose";
import { readIgnore, walk } from "@slipway/context";
import { parse, stages } from "@slipway/dockerfile";
import {
  type ContextFile,
  ContextListing,
  liveDockerfile,
  plan,
  type PushPlan,
  type RuleMatch,
  type WatchRule,
  WatchRules,
} from "@slipway/livepush";
import { CliError } from "./cli-error.ts";

/** What a change of some files would do to one service: by its Dockerfile, or by its rules in `develop.watch`. */
export type DryRun =
  | { readonly service: string; readonly plan: PushPlan }
  | { readonly service: string; readonly rules: readonly RuleMatch[] };

/**
 * Plans what a change of these files would do, without an engine.
 * @throws CliError CLI_LIVE_NOTHING if no service has any of the files in its context
 */
export async function dryRun(project: Project, files: readonly string[]): Promise<DryRun[]> {
  const runs: DryRun[] = [];
  for (const [service, { build, develop }] of Object.entries(project.services)) {
    if (develop?.watch?.length) {
      const about = await matchRules(develop.watch, build, files);
      if (about) runs.push({ service, rules: about });
      continue;
    }
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

/** @returns undefined where no file is in the service's context or about where a rule is */
async function matchRules(
  watched: readonly WatchRule[],
  build: Service["build"],
  files: readonly string[],
): Promise<RuleMatch[] | undefined> {
  const directory = build?.context === undefined ? undefined : path.resolve(build.context);
  const ignore = directory === undefined ? undefined : await readIgnore(directory, build?.dockerfile);
  const rules = new WatchRules(watched, directory !== undefined && ignore ? { directory, ignore } : undefined);
  const places = [...rules.rules.map((rule) => rule.path), ...(directory === undefined ? [] : [directory])];
  if (!files.some((file) => places.some((place) => isWithin(place, file)))) return undefined;
  const matches = files.flatMap((file) => rules.match(file));
  const rebuilds = matches.filter(({ rule }) => rule.action === "rebuild");
  return rebuilds.length > 0 ? rebuilds : matches;
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** What rules do, in lines, in the order that they do it. */
export function describeRules(matches: readonly RuleMatch[]): string[] {
  if (matches.length === 0) return ["does nothing: no rule in `develop.watch` is about that"];
  const lines = matches.flatMap(({ rule, file, target }) => {
    if (rule.action === "rebuild") return [`builds anew: ${file} changed`];
    return target === undefined ? [] : [`syncs ${file} to ${target}`];
  });
  const actions = new Set(matches.map(({ rule }) => rule.action));
  const commands = new Set(matches.flatMap(({ rule }) => (rule.exec ? [rule.exec.command.join(" ")] : [])));
  if (actions.has("restart") || actions.has("sync+restart")) lines.push("restarts");
  return [...new Set(lines), ...[...commands].map((command) => `runs ${command}`)];
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
