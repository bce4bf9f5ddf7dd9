import { LineIndex } from "@slipway/errors";
import { loadAll, YAMLException } from "js-yaml";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";

/**
 * Parses a JSON or YAML text that may hold secrets: no stretch of it becomes part of an error.
 *
 * @param file its name says whether it is JSON (`.json`) or YAML
 * @throws {MultibuildError} with the place of the mistake
 */
export function parseMetadataText(
  text: string,
  file: string,
  code: MultibuildErrorCode = "MULTIBUILD_BAD_METADATA",
): unknown {
  const json = file.endsWith(".json");
  try {
    if (json) return JSON.parse(text) as unknown;
    // `load` refuses a text without a document.
    return loadAll(text)[0];
  } catch (error) {
    const [at, reason] = json ? [jsonPosition(text), ""] : yamlPosition(error);
    const place = Math.min(at, text.length);
    // Without its cause, whose message quotes the text.
    throw new MultibuildError(code, `${file} is not valid ${json ? "JSON" : "YAML"}${reason}`, {
      range: new LineIndex(text, file).range(place, Math.min(place + 1, text.length)),
      hint: "correct it at this place or just before it",
    });
  }
}

/** Where what stands there can be the beginning of no JSON: engines don't always say it. */
function jsonPosition(text: string): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canBegin(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function canBegin(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    // Cut off within a text, or just where something else was expected.
    return /end of JSON input|^Unterminated string/.test(message) || message.endsWith(`at position ${text.length}`);
  }
}

function yamlPosition(error: unknown): [number, string] {
  if (!(error instanceof YAMLException)) throw error;
  return [error.mark?.position ?? 0, error.reason.includes('"') ? "" : `: ${error.reason}`];
}
