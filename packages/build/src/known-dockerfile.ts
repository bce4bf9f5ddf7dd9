import { type Dockerfile, parse } from "@slipway/dockerfile";
import { LineIndex, type SourceRange } from "@slipway/errors";

/** A Dockerfile whose text was seen. */
export interface KnownDockerfile {
  /** Undefined for one that cannot be parsed: what is wrong with it is the engine's to say. */
  readonly tree: Dockerfile | undefined;
  /** The place of what the engine calls line `line`: the instruction there, or the line. */
  placeOf(line: number): SourceRange | undefined;
}

/** What can be known of a Dockerfile by its text, which may not have been seen. */
export function knownDockerfile(text: string | undefined, file: string): KnownDockerfile | undefined {
  if (text === undefined) return undefined;
  const tree = treeOf(text, file);
  return {
    tree,
    placeOf(line) {
      const spans = ({ start, end }: SourceRange): boolean => start.line <= line && line <= end.line;
      const instruction = tree?.instructions.find(({ range }) => spans(range));
      return instruction?.range ?? lineOf(text, file, line);
    },
  };
}

function treeOf(text: string, file: string): Dockerfile | undefined {
  try {
    return parse(text, { file });
  } catch {
    return undefined;
  }
}

function lineOf(text: string, file: string, line: number): SourceRange | undefined {
  const lines = text.split("\n");
  const content = lines[line - 1];
  if (content === undefined) return undefined;
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return new LineIndex(text, file).range(start, start + content.replace(/\r$/, "").length);
}
