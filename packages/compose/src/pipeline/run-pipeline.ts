import type { SourceRange } from "@slipway/errors";
import { checkConsistency } from "../consistency/check-consistency.ts";
import { checkService } from "../consistency/check-service.ts";
import { decodeProject, decodeService, decodeServices } from "../decode/decode-project.ts";
import { type EnvironmentInput, projectEnvironment } from "../environment/project-environment.ts";
import { readsFiles, withFileValues } from "../environment/service-environment.ts";
import type { Lookup } from "../interpolation/substitute.ts";
import type { Project } from "../model/project.ts";
import type { Service } from "../model/service.ts";
import { projectName } from "../name/project-name.ts";
import { type NormaliseOptions, normaliseResources, normaliseServices } from "../normalise/normalise.ts";
import {
  copyOf,
  type Entry,
  fieldOf,
  type Mapping,
  mappingNode,
  stringNode,
  withEntries,
  withField,
} from "../parse/node.ts";
import { isActive, splitProfiles } from "../profiles/split-profiles.ts";
import { inParts } from "./in-parts.ts";
import { complete, mergeDocuments } from "./load-model.ts";
import { locate } from "./locate.ts";
import type { ModelFile } from "./model-file.ts";
import type { PipelineContext, Scope } from "./pipeline-context.ts";

/** What the pipeline starts from. */
export interface PipelineInput extends EnvironmentInput {
  readonly files: readonly ModelFile[];
  readonly explicitName: string | undefined;
  readonly fallbackName: string | undefined;
  /** Absolute, or empty: paths stay relative then. */
  readonly directory: string;
  /** Undefined: those of COMPOSE_PROFILES. */
  readonly profiles: readonly string[] | undefined;
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
  const active = input.profiles ?? (lookup("COMPOSE_PROFILES") ?? "").split(",").map((one) => one.trim());
  const options = { projectName: name, lookup, verbatim: context.verbatim };
  const { completed, decoded } = completeServices(merged, { scope, context, options, active });
  const model = normaliseResources(completed, options);
  const split = splitProfiles(servicesOf(model), active);
  const running = withField(model, "services", split.enabled);
  if (isChecked(context)) checkConsistency(running, split.disabled, problems);
  const finish = (): PipelineOutput | undefined => {
    const services = withAllFileValues(split.enabled, lookup, context);
    if (problems.hasErrors || files.wanted.length > 0) return undefined;
    const project = decodeProject(model, name, decodeServices(services, decoded));
    return { project, disabled: decodeServices(split.disabled, decoded), locate: (keys) => locate(running, keys) };
  };
  return { document: withField(model, "name", stringNode(name)), finish };
}

/** Whether anything can be said about what is missing. */
function isChecked({ problems, verbatim }: PipelineContext): boolean {
  return !problems.incomplete && !verbatim;
}

interface CompletionOptions {
  readonly scope: Scope;
  readonly context: PipelineContext;
  readonly options: NormaliseOptions;
  readonly active: readonly string[];
}

interface CompletedServices {
  readonly completed: Mapping;
  /** Those for which no file is needed, disabled ones too. */
  readonly decoded: ReadonlyMap<string, Service>;
}

/** All that is done to each service by itself. */
function completeServices(merged: Mapping, { scope, context, options, active }: CompletionOptions): CompletedServices {
  const { problems } = context;
  const checked = isChecked(context);
  const decoded = new Map<string, Service>();
  const completed = inParts(merged, (part) => {
    const result = normaliseServices(complete(part, scope, context), options);
    servicesOf(result).entries.forEach(({ value }, name) => {
      if (value.kind !== "mapping") return;
      if (checked && isActive(value, active)) checkService(name, value, problems);
      const isReady = !problems.hasErrors && !context.verbatim && !readsFiles(value);
      if (isReady) decoded.set(name, decodeService(name, value));
    });
    return result;
  });
  return { completed, decoded };
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
