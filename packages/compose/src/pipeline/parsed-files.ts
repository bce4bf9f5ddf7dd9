import type { ParsedDocument } from "../parse/compose-tree.ts";
import { parseDocuments } from "../parse/parse-documents.ts";
import { SourceText } from "../parse/source-text.ts";
import { ProblemList } from "../problem-list.ts";

/** A text with its documents and what was wrong in it. */
export interface ParsedFile {
  readonly text: string;
  readonly source: SourceText;
  readonly documents: readonly ParsedDocument[];
  readonly problems: ProblemList;
}

/** The texts that were parsed: each is parsed once, however often the pipeline runs. */
export class ParsedFiles {
  readonly #files = new Map<string, ParsedFile>();

  /** The documents of `text`, which is known as `name`; what is wrong in it is added to `problems`. */
  parse(name: string, text: string, problems: ProblemList): ParsedFile {
    const known = this.#files.get(name);
    const file = known?.text === text ? known : parse(name, text);
    this.#files.set(name, file);
    problems.addAll(file.problems);
    return file;
  }
}

function parse(name: string, text: string): ParsedFile {
  const problems = new ProblemList();
  const source = new SourceText(text, name);
  const documents = parseDocuments(source, problems);
  return { text, source, documents, problems };
}
