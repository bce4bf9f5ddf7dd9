import { FileTable } from "./environment/file-table.ts";
import type { Project } from "./model/project.ts";
import type { ParsedDocument } from "./parse/compose-tree.ts";
import { nodeFromValue } from "./parse/node-from-value.ts";
import { ParsedFiles } from "./pipeline/parsed-files.ts";
import { runPipeline } from "./pipeline/run-pipeline.ts";
import { ProblemList } from "./problem-list.ts";

/** What else {@link normalize} takes into account. */
export interface NormalizeOptions {
  /** The project's name if it has none of its own; `default` otherwise. */
  readonly projectName?: string;
  /** The variables that the composition may refer to. One that is not there and has no default is an error. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * A composition, as text or as an object, in its long form. Nothing is read besides it: paths stay relative, and a
 * composition that refers to other files (`include`, `extends` with a file, `env_file`) is refused. Services are kept
 * whatever their profiles are.
 * @throws ComposeError with everything that is wrong
 */
export function normalize(raw: string | object, options: NormalizeOptions = {}): Project {
  const problems = new ProblemList();
  const parsed = new ParsedFiles();
  const documents = readDocuments(raw, parsed, problems);
  if (documents.length === 0 && !problems.hasErrors) problems.error("COMPOSE_EMPTY", "the composition is empty");
  const environment = Object.entries(options.environment ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  const prepared = runPipeline(
    {
      files: [{ path: "", documents }],
      explicitName: undefined,
      fallbackName: options.projectName ?? "default",
      directory: "",
      environment: new Map(environment),
      profiles: ["*"],
      readsDotenv: false,
    },
    { problems, files: new FileTable(false), parsed, displayName: (path) => path },
  );
  const output = prepared?.finish();
  // There is no place here for warnings, so what would be replaced by nothing in silence is refused.
  for (const warning of problems.warnings) {
    if (warning.code === "COMPOSE_UNSET_VARIABLE") problems.fail(warning);
  }
  problems.throwIfAny();
  return output!.project;
}

function readDocuments(raw: string | object, parsed: ParsedFiles, problems: ProblemList): readonly ParsedDocument[] {
  if (typeof raw === "string") return parsed.parse("compose.yaml", raw, problems).documents;
  return [{ root: nodeFromValue(raw, problems), dropped: [] }];
}
