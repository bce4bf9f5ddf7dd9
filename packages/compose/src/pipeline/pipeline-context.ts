import type { FileTable } from "../environment/file-table.ts";
import type { Lookup } from "../interpolation/substitute.ts";
import type { Path } from "../parse/path.ts";
import type { Span } from "../parse/source-text.ts";
import type { ProblemList } from "../problem-list.ts";
import type { ParsedFiles } from "./parsed-files.ts";

/** What every step of one run of the pipeline shares. */
export interface PipelineContext {
  readonly problems: ProblemList;
  readonly files: FileTable;
  readonly parsed: ParsedFiles;
  /** Variables stay as they are written; what cannot be read because of them stays in its short form. */
  readonly verbatim?: boolean;
  /** What a path is called in messages. */
  readonly displayName: (path: string) => string;
}

/** Where relative paths start and variables come from: the project's, or that of an included one. */
export interface Scope {
  readonly directory: string;
  readonly lookup: Lookup;
  readonly home: string | undefined;
}

/** Where a file is asked for. */
export interface FileRequest {
  readonly path: Path | undefined;
  readonly span: Span | undefined;
  /** What the file is for: "env file". */
  readonly what: string;
}

/** The text of a file that has to be there; undefined, and told, if it isn't. */
export function requireFile(file: string, request: FileRequest, context: PipelineContext): string | undefined {
  const answer = context.files.read(file);
  if (typeof answer === "object") return answer.text;
  const place = { path: request.path, span: request.span };
  const name = context.displayName(file);
  if (answer === "missing") {
    context.problems.error("COMPOSE_FILE_NOT_FOUND", `${request.what} ${name} does not exist`, place);
  } else if (answer === "unavailable") {
    context.problems.error("COMPOSE_UNSUPPORTED", `${request.what} ${name} cannot be read without a host`, {
      ...place,
      hint: "use `load` with a `host`",
    });
  }
  return undefined;
}
