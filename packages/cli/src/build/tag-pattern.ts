import { didYouMean } from "@slipway/errors";
import { parseReference } from "@slipway/transport";
import type { OptionProblems } from "../option-problems.ts";

/** What a pattern's placeholders stand for. */
export interface TagValues {
  readonly service: string;
  readonly project: string;
  /** As templates name it: `aarch64`. */
  readonly arch: string;
  readonly "device-type": string;
  /** The image's id, twelve digits of it. */
  readonly id: string;
}

const names: readonly (keyof TagValues)[] = ["service", "project", "arch", "device-type", "id"];
/** Such as any service may have, to see whether a pattern gives an image's name at all. */
const sample: TagValues = { service: "s", project: "p", arch: "a", "device-type": "d", id: "0123456789ab" };

/** Adds to `problems` what is wrong with the pattern of `--tag`, whatever the services. */
export function checkTagPattern(pattern: string, problems: OptionProblems): void {
  const wrong = problemOf(pattern);
  if (wrong) problems.add(`--tag ${pattern}: ${wrong.message}`, wrong.hint);
}

/** The image's name that a pattern gives. Names of services may have capitals, names of images may not. */
export function fillTagPattern(pattern: string, values: TagValues): string {
  return pattern.replace(/\{([^{}]*)\}/g, (_, name: keyof TagValues) => values[name].toLowerCase());
}

/** Whether a pattern gives each service a name of its own. */
export function isOnePerService(pattern: string): boolean {
  return /\{(?:service|id)\}/.test(pattern);
}

function problemOf(pattern: string): { readonly message: string; readonly hint?: string } | undefined {
  for (const [, name = ""] of pattern.matchAll(/\{([^{}]*)\}/g)) {
    if ((names as readonly string[]).includes(name)) continue;
    const near = didYouMean(name, names);
    const known = names.map((known) => `{${known}}`).join(", ");
    return {
      message: `\`{${name}}\` is no placeholder`,
      hint: near ? `did you mean \`{${near}}\`?` : `known: ${known}`,
    };
  }
  const filled = fillTagPattern(pattern, sample);
  if (/[{}]/.test(filled)) return { message: "a brace is open or too many" };
  try {
    const { digest } = parseReference(filled);
    if (digest !== undefined) return { message: "an image cannot be named by a digest", hint: "leave it out" };
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    return { message, ...(hint === undefined ? {} : { hint }) };
  }
  return undefined;
}
