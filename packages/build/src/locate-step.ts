import { type Dockerfile, type Instruction, type Source, stages } from "@slipway/dockerfile";
import type { SourceRange } from "@slipway/errors";
import { parseReference } from "@slipway/transport";
import type { BuilderName } from "./build-event.ts";
import { sourcesOf } from "./sources-of.ts";

/**
 * Where in the Dockerfile a step stands, by the name that its builder gives it. Undefined for what no instruction stands
 * for, such as a trigger of the base image.
 */
export function locateStep(tree: Dockerfile, step: string, builder: BuilderName): SourceRange | undefined {
  const image = /^(?:\[internal\] load metadata for|FROM) (\S+)/.exec(step)?.[1];
  if (image !== undefined) return locateImage(tree, image);
  const [, prefix = "", number = "", total = "", text = ""] =
    /^\[(?:(.*?) )?(\d+)(?:\/(\d+))?\] (.*)$/s.exec(step) ?? [];
  const stage = prefix.split(" ").at(-1) ?? "";
  const found =
    builder === "buildkit"
      ? inStage(tree, stage, Number(number), Number(total))
      : tree.instructions[(stage === "" ? 0 : fromOf(tree, stage)) + Number(number) - 1];
  return found && found.keyword === keywordOf(text) ? found.range : byText(tree, text);
}

/** Where the stage begins of which podman says that a step is its. */
function fromOf(tree: Dockerfile, stage: string): number {
  const all = [...tree.instructions.entries()].filter(([, { keyword }]) => keyword === "FROM");
  const number = /^stage-(\d+)$/.exec(stage)?.[1];
  const [at = -1] = all.findLast(([, from]) => stageName(from) === stage) ?? all[Number(number)] ?? [];
  return at;
}

/** BuildKit counts what makes a layer, its stage's FROM included; triggers of the base image come right after that. */
function inStage(tree: Dockerfile, stage: string, number: number, total: number): Instruction | undefined {
  const all: Instruction[][] = [];
  for (const instruction of tree.instructions) {
    if (instruction.keyword === "FROM") all.push([instruction]);
    else if (["RUN", "COPY", "ADD", "WORKDIR"].includes(instruction.keyword)) all.at(-1)?.push(instruction);
  }
  const byName = all.findLast(([from]) => stageName(from) === stage);
  const index = /^stage-(\d+)$/.exec(stage)?.[1];
  const steps = byName ?? (stage === "" ? all.at(-1) : index === undefined ? undefined : all[Number(index)]);
  if (!steps) return undefined;
  const triggers = total - steps.length;
  return number === 1 ? steps[0] : number - 1 > triggers ? steps[number - 1 - triggers] : undefined;
}

function stageName(from: Instruction | undefined): string | undefined {
  return /\sAS\s+(\S+)\s*$/i.exec(from?.args ?? "")?.[1]?.toLowerCase();
}

function byText(tree: Dockerfile, text: string): SourceRange | undefined {
  const same = tree.instructions.filter((one) => one.text === text);
  return same.length === 1 ? same[0]?.range : undefined;
}

function keywordOf(text: string): string {
  return /^\S*/.exec(text)?.[0].toUpperCase() ?? "";
}

/** The one instruction that has one of these texts in it; the first text that says which counts. */
export function locateText(tree: Dockerfile, texts: readonly string[]): SourceRange | undefined {
  for (const text of texts) {
    const found = tree.instructions.filter((one) => one.text.includes(text));
    if (found.length === 1) return found[0]?.range;
  }
  return undefined;
}

function locateImage(tree: Dockerfile, image: string): SourceRange | undefined {
  try {
    const wanted = fullName(image);
    const is = (source: Source): boolean => source.kind === "image" && fullName(source.image) === wanted;
    const all = stages(tree);
    return (
      all.find(({ base }) => is(base))?.range ??
      all.flatMap(({ steps }) => steps).find((step) => sourcesOf(step).some((source) => is(source)))?.range
    );
  } catch {
    return undefined; // what is wrong with the Dockerfile is said elsewhere
  }
}

function fullName(image: string): string {
  const { domain, path, tag, digest } = parseReference(image);
  return `${domain}/${path}@${digest ?? tag ?? "latest"}`;
}
