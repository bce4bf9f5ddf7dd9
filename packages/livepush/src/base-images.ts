import { type Dockerfile, type ImageConfig, type Stage, stages as stagesOf } from "@slipway/dockerfile";
import { type Engine, type ImageInspect, inspectImage } from "@slipway/transport";
import type { RebuildReason } from "./push-plan.ts";

/** What the images of a Dockerfile say of it. */
export interface ReadStages {
  readonly stages: readonly Stage[];
  /** Stages whose environment does not come out as their image's, so that no command can be run again in them. */
  readonly unknownEnvironment: ReadonlySet<number>;
  /** What stands in the way of every push. */
  readonly rebuild: readonly RebuildReason[];
}

/**
 * The stages of a Dockerfile with what their base images bring. A base image that the engine doesn't have, as after a
 * build by BuildKit, is made up for by the stage's own image.
 * @param images of the stages, in order
 */
export async function readStages(
  engine: Engine,
  tree: Dockerfile,
  images: readonly string[],
  buildArgs: Readonly<Record<string, string>>,
): Promise<ReadStages> {
  const plain = stagesOf(tree, { buildArgs });
  const built = await Promise.all(images.map((image) => inspectImage(engine, image)));
  const bases = new Map<string, ImageConfig>();
  const rebuild: RebuildReason[] = [];
  for (const stage of plain) {
    if (stage.base.kind !== "image" || bases.has(stage.base.image)) continue;
    const found = await inspectImage(engine, stage.base.image);
    if (found?.Config.OnBuild?.length) {
      const message = `the base image ${stage.base.image} has ONBUILD steps, which live push can't follow`;
      rebuild.push({ message, range: stage.range });
    }
    const config = found ? baseConfig(found) : madeUp(stage, built[stage.index]);
    if (config) bases.set(stage.base.image, config);
  }
  const stages = stagesOf(tree, { buildArgs, baseConfig: (image) => bases.get(image) });
  const unknownEnvironment = new Set(
    stages.filter((stage) => !isAsBuilt(stage, built[stage.index])).map(({ index }) => index),
  );
  return { stages, unknownEnvironment, rebuild };
}

function baseConfig({ Config }: ImageInspect): ImageConfig {
  const { Env, WorkingDir, User, Shell } = Config as ImageInspect["Config"] & { Shell?: string[] };
  return {
    env: readEnv(Env ?? []),
    workdir: WorkingDir || "/",
    user: User || "0",
    ...(Shell?.length ? { shell: Shell } : {}),
  };
}

/** What a stage's image has that the stage's own steps don't bring. */
function madeUp(stage: Stage, image: ImageInspect | undefined): ImageConfig | undefined {
  if (!image) return undefined;
  const { env = {}, workdir, user, shell } = baseConfig(image);
  const own = new Set(stage.steps.flatMap((step) => (step.kind === "env" ? step.pairs.map(([name]) => name) : [])));
  const has = (kind: "workdir" | "user" | "shell"): boolean => stage.steps.some((step) => step.kind === kind);
  return {
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !own.has(name))),
    workdir: has("workdir") ? "/" : workdir,
    user: has("user") ? "0" : user,
    ...(shell && !has("shell") ? { shell } : {}),
  };
}

function isAsBuilt({ result }: Stage, image: ImageInspect | undefined): boolean {
  if (!image) return false;
  const built = baseConfig(image).env ?? {};
  const names = new Set([...Object.keys(built), ...Object.keys(result.env)]);
  // Builders add a PATH where there is none.
  if (result.env["PATH"] === undefined) names.delete("PATH");
  return [...names].every((name) => built[name] === result.env[name]);
}

function readEnv(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
