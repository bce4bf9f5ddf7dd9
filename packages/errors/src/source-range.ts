/** A place in a text. `line` and `column` count from 1, `offset` from 0; columns and offsets are UTF-16 code units. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A stretch of text from `start` up to, not including, `end`. `file` is the name that the user knows the text by. */
export interface SourceRange {
  readonly file?: string;
  readonly start: Position;
  readonly end: Position;
}

/** `file:line:column`, the form that editors and terminals turn into a link. Without a file: `line:column`. */
export function formatLocation(range: SourceRange): string {
  const place = `${range.start.line}:${range.start.column}`;
  return range.file === undefined ? place : `${range.file}:${place}`;
}
