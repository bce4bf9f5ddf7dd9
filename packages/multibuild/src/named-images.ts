import { argsOffset, type Instruction, parse, print, stages } from "@slipway/dockerfile";
import { isSlipwayError } from "@slipway/errors";
import { imageKey } from "./image-key.ts";

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A Dockerfile that takes the images given wherever it names them, in FROM, `COPY --from` and `RUN --mount=from=`: what
 * BuildKit's named contexts do, and engines have no parameter for.
 *
 * @param images by the names in the Dockerfile, as `build.additional_contexts` gives them
 */
export function withNamedImages(
  dockerfile: string,
  images: Readonly<Record<string, string>>,
  meaning: { readonly buildArgs: Readonly<Record<string, string>>; readonly platform: string | undefined },
): string {
  const names = Object.keys(images);
  if (names.length === 0) return dockerfile;
  const keys = new Map(names.map((name) => [imageKey(name), images[name] as string]));
  const imageFor = (name: string): string | undefined =>
    (Object.hasOwn(images, name) ? images[name] : undefined) ?? keys.get(imageKey(name));
  try {
    const tree = parse(dockerfile);
    const bases = new Map(stages(tree, meaning).map((stage) => [stage.range.start.offset, stage.base]));
    const splices = tree.instructions.flatMap((instruction) => [
      ...baseSplice(instruction, bases.get(instruction.range.start.offset), imageFor),
      ...fromSplices(instruction, imageFor),
    ]);
    return apply(print(tree), splices);
  } catch (error) {
    // The build tells of a Dockerfile's mistakes, in its own words.
    if (isSlipwayError(error)) return dockerfile;
    throw error;
  }
}

type ImageFor = (name: string) => string | undefined;
type Base = { readonly kind: string; readonly image?: string } | undefined;

/** The image of a FROM. A stage's name goes by what it is written as, an image's by what it expands to. */
function baseSplice(instruction: Instruction, base: Base, imageFor: ImageFor): Splice[] {
  if (instruction.keyword !== "FROM") return [];
  const written = /^\S+/.exec(instruction.args)?.[0] ?? "";
  const image = imageFor(base?.image ?? written);
  if (image === undefined) return [];
  const start = argsOffset(instruction, 0);
  return [{ start, end: argsOffset(instruction, written.length - 1) + 1, text: image }];
}

function fromSplices(instruction: Instruction, imageFor: ImageFor): Splice[] {
  const { keyword, flags, trigger } = instruction;
  if (trigger) return fromSplices(trigger, imageFor);
  if (keyword === "COPY") {
    return flags.flatMap(({ name, value = "", range }) => {
      const image = name === "from" ? imageFor(value) : undefined;
      return image === undefined ? [] : [{ start: range.start.offset, end: range.end.offset, text: `--from=${image}` }];
    });
  }
  if (keyword !== "RUN") return [];
  return flags.flatMap(({ name, value = "", range }) => {
    if (name !== "mount") return [];
    const from = /(?:^|,)from=([^,]*)/.exec(value)?.[1];
    const image = from === undefined ? undefined : imageFor(from);
    if (image === undefined) return [];
    const text = `--mount=${value.replace(/(^|,)from=[^,]*/, `$1from=${image}`)}`;
    return [{ start: range.start.offset, end: range.end.offset, text }];
  });
}

function apply(text: string, splices: readonly Splice[]): string {
  let at = 0;
  const pieces: string[] = [];
  for (const { start, end, text: own } of splices.toSorted((a, b) => a.start - b.start)) {
    pieces.push(text.slice(at, start), own);
    at = end;
  }
  return pieces.join("") + text.slice(at);
}
