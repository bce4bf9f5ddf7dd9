import type { SourceRange } from "@slipway/errors";
import { checkConsistency } from "../consistency/check-consistency.ts";
import { checkService } from "../consistency/check-service.ts";
import { decodeProject, decodeService, decodeServices } from "../decode/decode-project.ts";
import { readsFiles, withFileValues } from "../environment/service-environment.ts";
import type { Lookup } from "../interpolation/substitute.ts";
import type { Project } from "../model/project.ts";
import type { Service } from "../model/service.ts";
import { projectName } from "../name/project-name.ts";
import { normaliseResources, normaliseServices } from "../normalise/normalise.ts";
import {
  copyOf,
  type Entry,
  fieldOf,
  type Mapping,
  mappingNode,
  type Node,
  stringNode,
  withEntries,
  withField,
} from "../parse/node.ts";
import type { Span } from "../parse/source-text.ts";
import { resolvePath } from "../paths/posix-path.ts";
import type { ProblemList } from "../problem-list.ts";
import { isActive, splitProfiles } from "../profiles/split-profiles.ts";
import { environmentOf } from "../environment/environment-of.ts";
import { inParts } from "./in-parts.ts";
import { complete, mergeDocuments } from "./load-model.ts";
import type { ModelFile } from "./model-file.ts";
import { type PipelineContext, requireFile, type Scope } from "./pipeline-context.ts";

/** What the pipeline starts from. */
export interface PipelineInput {
  readonly files: readonly ModelFile[];
  readonly explicitName: string | undefined;
  readonly fallbackName: string | undefined;
  /** Absolute, or empty: paths stay relative then. */
  readonly directory: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Undefined: those of COMPOSE_PROFILES. */
  readonly profiles: readonly string[] | undefined;
  /** Whether the project's `.env` is read. */
  readonly readsDotenv: boolean;
  /** Read instead of `.env`, later ones over earlier ones. */
  readonly envFiles?: readonly string[] | undefined;
}

/** What comes out of it. */
export interface PipelineOutput {
  readonly project: Project;
  /** Services that wait for a profile. */
  readonly disabled: Readonly<Record<string, Service>>;
  /** Where the value at these keys of the project was written. */
  readonly locate: (keys: readonly (string | number)[]) => SourceRange | undefined;
}

/** A project that lacks nothing but what its env files say. */
export interface PreparedProject {
  /** Everything so far, in its long form. */
  readonly document: Mapping;
  /** Reads the env files. Undefined while files are missing or where something is wrong, which has been told. */
  readonly finish: () => PipelineOutput | undefined;
}

/** From parsed files to a project. Undefined while files are missing. */
export function runPipeline(input: PipelineInput, context: PipelineContext): PreparedProject | undefined {
  const { problems, files } = context;
  const variables = projectEnvironment(input, context);
  if (files.wanted.length > 0) return undefined;
  const documents = input.files.flatMap((file) => file.documents.map(({ root }) => root));
  const { explicitName: explicit, fallbackName: fallback, directory } = input;
  const name = projectName({ explicit, fallback, directory, documents, lookup: (key) => variables.get(key) }, problems);
  const lookup: Lookup = (key) => (key === "COMPOSE_PROJECT_NAME" ? name : variables.get(key));
  const scope: Scope = { directory, lookup, home: variables.get("HOME") ?? variables.get("USERPROFILE") };
  const merged = mergeDocuments(input.files, scope, context, []);
  if (files.wanted.length > 0) return undefined;
  if (!problems.hasErrors && merged.entries.size === 0 && input.files.some((file) => file.documents.length > 0)) {
    problems.error("COMPOSE_EMPTY", "the compose file says nothing", { hint: "start it with `services:`" });
  }
  const options = { projectName: name, lookup, verbatim: context.verbatim };
  const active = input.profiles ?? (lookup("COMPOSE_PROFILES") ?? "").split(",").map((one) => one.trim());
  const isChecked = !problems.incomplete && !context.verbatim;
  const decoded = new Map<string, Service>();
  const completed = inParts(merged, (part) => {
    const result = normaliseServices(complete(part, scope, context), options);
    servicesOf(result).entries.forEach(({ value }, service) => {
      if (value.kind !== "mapping") return;
      if (isChecked && isActive(value, active)) checkService(service, value, problems);
      const isReady = !problems.hasErrors && !context.verbatim && !readsFiles(value);
      if (isReady) decoded.set(service, decodeService(service, value));
    });
    return result;
  });
  const model = normaliseResources(completed, options);
  const split = splitProfiles(servicesOf(model), active);
  const running = withField(model, "services", split.enabled);
  if (isChecked) checkConsistency(running, split.disabled, problems);
  const finish = (): PipelineOutput | undefined => {
    const services = withAllFileValues(split.enabled, lookup, context);
    if (problems.hasErrors || files.wanted.length > 0) return undefined;
    const project = decodeProject(model, name, decodeServices(services, decoded));
    return { project, disabled: decodeServices(split.disabled, decoded), locate: (keys) => locate(running, keys) };
  };
  return { document: withField(model, "name", stringNode(name)), finish };
}

function servicesOf(document: Mapping): Mapping {
  const services = fieldOf(document, "services");
  return services?.kind === "mapping" ? services : mappingNode({});
}

function withAllFileValues(services: Mapping, lookup: Lookup, context: PipelineContext): Mapping {
  let entries: Map<string, Entry> | undefined;
  services.entries.forEach(({ value, key }, name) => {
    if (value.kind !== "mapping" || !readsFiles(value)) return;
    entries ??= copyOf(services.entries);
    entries.set(name, { value: withFileValues(name, value, lookup, context), key });
  });
  return entries ? withEntries(services, entries) : services;
}

/** The place of the value at `keys`, or of what it is in. */
function locate(root: Node, keys: readonly (string | number)[]): SourceRange | undefined {
  let node: Node | undefined = root;
  let span: Span | undefined;
  for (const key of keys) {
    if (node?.kind === "sequence") node = typeof key === "number" ? node.items[key] : undefined;
    else {
      const entry: Entry | undefined = node?.kind === "mapping" ? node.entries.get(String(key)) : undefined;
      span = entry?.key ?? span;
      node = entry?.value;
    }
    if (!node) break;
    if (typeof key === "number") span = node.span ?? span;
  }
  return span?.source.range(span.start, span.end);
}

/** The variables of the process over those of the project's `.env`. */
function projectEnvironment(input: PipelineInput, context: PipelineContext): ReadonlyMap<string, string> {
  const listed = input.environment.get("COMPOSE_ENV_FILES") || undefined;
  const envFiles = input.envFiles ?? listed?.split(",");
  if (envFiles) return new Map([...givenVariables(envFiles, input, context), ...input.environment]);
  if (!input.readsDotenv || isSwitchedOff(input.environment, context.problems)) return input.environment;
  const path = resolvePath(input.directory, ".env");
  const answer = context.files.read(path);
  if (typeof answer !== "object") return input.environment;
  const own = environmentOf(answer.text, path, (key) => input.environment.get(key), context);
  return new Map([...own, ...input.environment]);
}

/** Whether the environment says that no `.env` is read. */
function isSwitchedOff(environment: PipelineInput["environment"], problems: ProblemList): boolean {
  const said = environment.get("COMPOSE_DISABLE_ENV_FILE") || "0";
  if (/^(?:1|t|true)$/i.test(said)) return true;
  if (!/^(?:0|f|false)$/i.test(said)) {
    problems.error("COMPOSE_BAD_VALUE", `COMPOSE_DISABLE_ENV_FILE is \`${said}\`, which is neither true nor false`);
  }
  return false;
}

function givenVariables(
  envFiles: readonly string[],
  { directory, environment }: PipelineInput,
  context: PipelineContext,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const earlier: Lookup = (key) => variables.get(key);
  for (const file of envFiles) {
    const path = resolvePath(directory, file);
    const text = requireFile(path, { path: undefined, span: undefined, what: "env file" }, context);
    if (text === undefined) continue;
    for (const [key, value] of environmentOf(text, path, (name) => environment.get(name), context, { earlier })) {
      variables.set(key, value);
    }
  }
  return variables;
}
