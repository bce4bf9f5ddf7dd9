import type { Problem } from "@slipway/errors";
import type { ComposeErrorCode } from "./compose-error.ts";
import type { MapEntry, ScalarNode, YamlNode } from "./yaml-node.ts";

/** The variables that a project may refer to. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces variables in all values of a document; keys stay. `$V`, `${V}`, `:-`, `-`, `:?`, `?`, `:+`, `+`, `$$`.
 * Problems and, for variables that aren't set, warnings are added to the lists.
 */
export function interpolate(
  node: YamlNode,
  environment: Environment,
  problems: Problem<ComposeErrorCode>[],
  warnings: Problem<ComposeErrorCode>[],
): YamlNode {
  if (node.kind === "list") {
    return { ...node, items: node.items.map((item) => interpolate(item, environment, problems, warnings)) };
  }
  if (node.kind === "map") {
    const entries = new Map<string, MapEntry>();
    for (const [key, entry] of node.entries) {
      entries.set(key, { ...entry, value: interpolate(entry.value, environment, problems, warnings) });
    }
    return { ...node, entries };
  }
  return typeof node.value === "string" && node.value.includes("$")
    ? interpolateScalar(node, environment, problems, warnings)
    : node;
}

function interpolateScalar(
  node: ScalarNode,
  environment: Environment,
  problems: Problem<ComposeErrorCode>[],
  warnings: Problem<ComposeErrorCode>[],
): ScalarNode {
  const place = node.range ? { range: node.range } : {};
  try {
    const value = substitute(
      node.value as string,
      (name) => {
        const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
        return found;
      },
      (name) => {
        const message = `the variable \`${name}\` is not set, and stands for nothing here`;
        const hint = `set it, or give a default: \${${name}:-default}`;
        warnings.push({ code: "COMPOSE_UNSET_VARIABLE", severity: "warning", message, hint, ...place });
      },
    );
    return { ...node, value, text: value };
  } catch (error) {
    if (!(error instanceof SubstitutionProblem)) throw error;
    problems.push({ code: error.code, message: error.message, ...(error.hint ? { hint: error.hint } : {}), ...place });
    return node;
  }
}

/** Why a text can't be interpolated. */
export class SubstitutionProblem {
  readonly code: ComposeErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  constructor(code: ComposeErrorCode, message: string, hint?: string) {
    this.code = code;
    this.message = message;
    this.hint = hint;
  }
}

/**
 * Replaces the variables of one text.
 * @throws SubstitutionProblem
 */
export function substitute(
  text: string,
  lookup: (name: string) => string | undefined,
  onUnset: (name: string) => void = () => undefined,
): string {
  let result = "";
  for (let at = 0; at < text.length;) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const rest = text.slice(dollar + 1);
    const plain = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    if (rest.startsWith("$")) {
      result += "$";
      at = dollar + 2;
    } else if (plain !== undefined) {
      const value = lookup(plain);
      if (value === undefined) onUnset(plain);
      result += value ?? "";
      at = dollar + 1 + plain.length;
    } else if (rest.startsWith("{")) {
      const end = closingBrace(text, dollar + 1);
      if (end === undefined) throw invalid(text);
      result += expression(text.slice(dollar + 2, end), lookup, onUnset, text);
      at = end + 1;
    } else throw invalid(text);
  }
  return result;
}

function expression(
  content: string,
  lookup: (name: string) => string | undefined,
  onUnset: (name: string) => void,
  whole: string,
): string {
  const match = /^([A-Za-z_]\w*)(?:(:?[-?+])(.*))?$/s.exec(content);
  if (!match) throw invalid(whole);
  const [, name = "", operator, word = ""] = match;
  const value = lookup(name);
  if (operator === undefined) {
    if (value === undefined) onUnset(name);
    return value ?? "";
  }
  const set = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  if (operator.endsWith("-")) return set ? (value as string) : substitute(word, lookup, onUnset);
  if (operator.endsWith("+")) return set ? substitute(word, lookup, onUnset) : "";
  if (set) return value as string;
  const why = substitute(word, lookup, onUnset);
  throw new SubstitutionProblem(
    "COMPOSE_REQUIRED_VARIABLE",
    `the variable \`${name}\` is required${why ? `: ${why}` : ""}`,
    `set ${name} in the environment or in .env`,
  );
}

function closingBrace(text: string, open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{" && text[i - 1] === "$") depth += 1;
    else if (text[i] === "}") {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return undefined;
}

function invalid(text: string): SubstitutionProblem {
  return new SubstitutionProblem(
    "COMPOSE_BAD_INTERPOLATION",
    `\`${text}\` is no valid use of variables`,
    "write ${NAME}, or $$ for a dollar sign itself",
  );
}
