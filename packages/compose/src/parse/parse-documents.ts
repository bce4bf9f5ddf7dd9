// The build for browsers, which runs everywhere: in Node 20 the state of each parse of the other one gets a hidden class
// of its own, and from the tenth text on it takes four times as long.
import { type Event, parseEvents, YAMLException } from "js-yaml/browser";
import type { ProblemList } from "../problem-list.ts";
import { ComposeTree, type ParsedDocument } from "./compose-tree.ts";
import { asWritten, type RelaxedText, relaxIndentation } from "./relaxed-text.ts";
import type { SourceText } from "./source-text.ts";

/** The events of js-yaml's parser refuse deeper nesting; no composition comes near. */
const maxDepth = 100;

/**
 * The documents of a YAML text as nodes that know their places. Anchors, aliases and merge keys are resolved.
 * Everything wrong is added to `problems`; a text that is no YAML has no documents.
 */
export function parseDocuments(source: SourceText, problems: ProblemList): ParsedDocument[] {
  const written = asWritten(source.text);
  const strict = readEvents(written);
  if (Array.isArray(strict)) return new ComposeTree(source, written, strict, problems).documents();
  const relaxed = relaxIndentation(source.text);
  const events = readEvents(relaxed);
  if (Array.isArray(events)) return new ComposeTree(source, relaxed, events, problems).documents();
  problems.markIncomplete();
  const at = relaxed.original(events.mark?.position ?? 0);
  problems.error("COMPOSE_SYNTAX", `not valid YAML: ${events.reason}`, {
    span: { source, start: at, end: at + 1 },
    hint: /^\s*\t/m.test(source.text)
      ? "YAML is indented with spaces, not tabs"
      : "look at the indentation, and for quotes and brackets that are not closed",
  });
  return [];
}

function readEvents({ text }: RelaxedText): Event[] | YAMLException {
  try {
    return parseEvents(text, { maxDepth });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return error;
  }
}
