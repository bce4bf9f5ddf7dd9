/** @typedef {import("../src/schema/shape.ts").Shape} Shape */
/** @typedef {import("../src/schema/shape.ts").RecordShape} RecordShape */

/**
 * What a compose file may hold as it is written, as TypeScript: made from the shapes that files are validated by.
 * @param {RecordShape} projectShape
 */
export function rawTypes(projectShape) {
  const types = new RawTypes();
  types.nameOf(projectShape, "project");
  return `// Made by scripts/generate-compose-types.mjs from the shapes that files are validated by.

/** One of some words, or a text with a variable that becomes one. */
export type RawChoice<Word extends string> = Word | (string & {});

${types.declarations.join("\n")}`;
}

class RawTypes {
  /** @type {string[]} */
  declarations = [];
  /** @type {Map<string, string>} by name, what is in it */
  #bodies = new Map();

  /** The name of the interface of a record, which is declared if it is new. @param {RecordShape} shape @param {string} field */
  nameOf(shape, field) {
    const body = this.#body(shape);
    const titled = `Raw${pascal(shape.title.replace(/^an? /, ""))}`;
    const name = (this.#bodies.get(titled) ?? body) === body ? titled : `Raw${pascal(field)}`;
    if (!this.#bodies.has(name)) {
      this.#bodies.set(name, body);
      this.declarations.push(
        `/** ${shape.title[0]?.toUpperCase()}${shape.title.slice(1)} as it is written. */\nexport interface ${name} {\n${body}}\n`,
      );
    }
    return name;
  }

  /** @param {RecordShape} shape */
  #body(shape) {
    const lines = Object.entries(shape.fields).map(([key, field]) => {
      const optional = shape.required?.includes(key) ? "" : "?";
      return `  readonly ${key}${optional}: ${this.type(field, key)};\n`;
    });
    if (!shape.closed) lines.push("  readonly [key: `x-${string}`]: unknown;\n");
    return lines.join("");
  }

  /** @param {Shape} shape @param {string} field @returns {string} */
  type(shape, field) {
    switch (shape.kind) {
      case "record":
        return `${this.nameOf(shape, field)}${shape.nullable ? " | null" : ""}`;
      case "map":
        return `Readonly<Record<string, ${this.type(shape.value, field)}>>`;
      case "list":
        return `readonly (${this.type(shape.item, field)})[]`;
      case "byKind":
        return unique(
          [shape.scalar, shape.sequence, shape.mapping].flatMap((one) => (one ? this.type(one, field) : [])),
        );
      case "texts":
      case "check":
        return "string | readonly string[]";
      case "command":
        return "string | readonly string[] | null";
      case "assignments":
        return "readonly string[] | Readonly<Record<string, string | number | boolean | null>>";
      case "hosts":
        return "readonly string[] | Readonly<Record<string, string | readonly string[]>>";
      case "external":
        return "boolean | string | { readonly name?: string }";
      case "anything":
        return "unknown";
      case "text": {
        const words = shape.choices?.map((word) => JSON.stringify(word)).join(" | ");
        return unique([words ? `RawChoice<${words}>` : "string", ...(shape.scalars ?? [])]);
      }
      case "number":
        return shape.strict ? "number" : "number | string";
      case "boolean":
        return shape.strict ? "boolean" : "boolean | string";
      case "bytes":
        return shape.strict ? "string" : "number | string";
      case "duration":
        return "string";
      default:
        return "number | string";
    }
  }
}

/** @param {readonly string[]} types */
function unique(types) {
  return [...new Set(types)].join(" | ");
}

/** @param {string} words */
function pascal(words) {
  return words
    .replaceAll(/(?:^|[^a-zA-Z])([a-zA-Z])/g, (_, letter) => letter.toUpperCase())
    .replaceAll(/[^a-zA-Z]/g, "");
}
