import type { Lookup } from "../interpolation/substitute.ts";
import { SourceText } from "../parse/source-text.ts";
import type { PipelineContext } from "../pipeline/pipeline-context.ts";
import { parseDotenv, parseRawDotenv } from "./parse-dotenv.ts";

/** The variables of an env file; what is wrong in it is told with its place. */
export function environmentOf(
  text: string,
  path: string,
  lookup: Lookup,
  { problems, displayName }: Pick<PipelineContext, "problems" | "displayName">,
  { format, earlier }: { readonly format?: "raw" | undefined; readonly earlier?: Lookup } = {},
): ReadonlyMap<string, string> {
  const { variables, issues } = format === "raw" ? parseRawDotenv(text) : parseDotenv(text, lookup, earlier);
  const source = new SourceText(text, displayName(path));
  for (const { message, start, end, severity } of issues) {
    const span = { source, start, end };
    if (severity === "error") problems.error("COMPOSE_BAD_ENV_FILE", message, { span });
    else problems.warn("COMPOSE_UNSET_VARIABLE", message, { span });
  }
  return variables;
}
