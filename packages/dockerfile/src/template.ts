import { LineIndex, type Problem } from "@slipway/errors";
import { DockerfileError, type DockerfileErrorCode } from "./dockerfile-error.ts";

// A line that is a comment, or a variable. Comments come first, so that what they hold is passed over.
const token = /^[ \t]*#[^\r\n]*|%%([A-Z][A-Z_]*)%%/gm;

/**
 * Fills in a template's variables, `%%NAME%%`: a capital, then capitals and underscores. Lines that start with `#` stay
 * as they are. Nothing is ever evaluated, and a value is not looked at for further variables.
 * @throws DockerfileError DOCKERFILE_UNKNOWN_VARIABLE, with every place in its problems
 */
export function process(
  template: string,
  variables: Readonly<Record<string, string>>,
  options: { readonly file?: string | undefined } = {},
): string {
  const missing: { name: string; offset: number }[] = [];
  const result = template.replaceAll(token, (whole: string, name: string | undefined, offset: number) => {
    if (name === undefined) return whole;
    if (Object.hasOwn(variables, name)) return variables[name] as string;
    missing.push({ name, offset });
    return whole;
  });
  if (missing.length > 0) {
    const index = new LineIndex(template, options.file);
    const known = Object.keys(variables);
    DockerfileError.throwAll(
      missing.map(({ name, offset }): Problem<DockerfileErrorCode> => ({
        code: "DOCKERFILE_UNKNOWN_VARIABLE",
        message: `unknown template variable \`%%${name}%%\``,
        hint: known.length > 0 ? `known variables: ${known.join(", ")}` : "no variables were given",
        range: index.range(offset, offset + name.length + 4),
      })),
    );
  }
  return result;
}

/** The names of the variables that a template needs, each once, in order. */
export function variables(template: string): string[] {
  const names = [...template.matchAll(token)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  return [...new Set(names)];
}
