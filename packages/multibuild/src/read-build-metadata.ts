import { posix } from "node:path";
import { didYouMean, type Problem } from "@slipway/errors";
import { BuildMetadata, type BuildSecret, type Scoped } from "./build-metadata.ts";
import { parseMetadataText } from "./metadata-text.ts";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
import { parseRegistrySecrets, type RegistrySecrets } from "./registry-secrets.ts";

/** The metadata files of a project, by their paths in it. */
export type MetadataFiles = ReadonlyMap<string, Buffer>;

const configNames = ["balena.yml", "balena.yaml", "balena.json", "resin.yml", "resin.yaml", "resin.json"];
const sections = ["build-variables", "build-secrets"];
const registryNames = ["registry-secrets.json", "registry-secrets.yml", "registry-secrets.yaml"];

/**
 * Reads a project's metadata: build variables, build secrets and registry secrets.
 *
 * @throws {MultibuildError} `MULTIBUILD_BAD_METADATA`, with all mistakes of all files
 */
export function readBuildMetadata(files: MetadataFiles): BuildMetadata {
  const reader = new MetadataReader(files);
  const parts = {
    ...reader.config(reader.only(configNames)),
    registrySecrets: reader.registrySecrets(reader.only(registryNames)),
  };
  MultibuildError.throwAll(reader.problems);
  return new BuildMetadata(parts);
}

class MetadataReader {
  readonly problems: Problem<MultibuildErrorCode>[] = [];
  readonly #files: MetadataFiles;
  readonly #folder: string;

  constructor(files: MetadataFiles) {
    const folders = [...new Set([...files.keys()].map((path) => path.slice(0, path.indexOf("/"))))];
    this.#files = files;
    this.#folder = folders[0] ?? ".balena";
    if (folders.length > 1) this.#bad("", `the project has both \`${folders.join("` and `")}\``, "keep one of them");
  }

  /** The one file of those names that is there. */
  only(names: readonly string[]): string | undefined {
    const there = names.map((name) => `${this.#folder}/${name}`).filter((path) => this.#files.has(path));
    if (there.length > 1) this.#bad("", `there are \`${there.join("` and `")}\``, "keep one of them");
    return there[0];
  }

  config(file: string | undefined): {
    variables: Scoped<Readonly<Record<string, string>>>;
    secrets: Scoped<readonly BuildSecret[]>;
  } {
    const value = (file === undefined ? undefined : this.#parse(file)) ?? {};
    const map = this.#map(value, file ?? "", "");
    // Other fields may be another program's; one that is all but ours would be passed over.
    for (const name of Object.keys(map)) {
      const near = sections.includes(name) ? undefined : didYouMean(name, sections);
      if (near) this.#bad(file ?? "", `there is no field \`${name}\``, `did you mean \`${near}\`?`, name);
    }
    return {
      variables: this.#scoped(map["build-variables"], file ?? "", "build-variables", {}, (entry, path) =>
        this.#variables(entry, file ?? "", path),
      ),
      secrets: this.#scoped(map["build-secrets"], file ?? "", "build-secrets", [], (entry, path) =>
        this.#secrets(entry, file ?? "", path),
      ),
    };
  }

  registrySecrets(file: string | undefined): RegistrySecrets {
    if (file === undefined) return {};
    return this.#collect(() => parseRegistrySecrets(this.#text(file), file)) ?? {};
  }

  #scoped<T>(
    value: unknown,
    file: string,
    path: string,
    nothing: T,
    read: (value: unknown, path: string) => T,
  ): Scoped<T> {
    const { global, services, ...others } = this.#map(value ?? {}, file, path);
    for (const name of Object.keys(others)) {
      this.#bad(file, `\`${path}\` has the unknown field \`${name}\``, "it knows `global` and `services`", path);
    }
    const own = Object.entries(this.#map(services ?? {}, file, `${path}.services`));
    return {
      global: global === undefined || global === null ? nothing : read(global, `${path}.global`),
      services: Object.fromEntries(own.map(([name, entry]) => [name, read(entry, `${path}.services.${name}`)])),
    };
  }

  /** A map, or a list of `NAME=value`. */
  #variables(value: unknown, file: string, path: string): Record<string, string> {
    const hint = "give a map, or a list of NAME=value";
    const variables: Record<string, string> = {};
    const entries = Array.isArray(value)
      ? value.map((entry: unknown, i): [string, unknown] => {
          const text = typeof entry === "string" ? entry : "";
          const equals = text.indexOf("=");
          if (equals < 1) this.#bad(file, `\`${path}[${i}]\` is not of the form NAME=value`, hint, `${path}[${i}]`);
          return [text.slice(0, Math.max(equals, 0)), text.slice(equals + 1)];
        })
      : Object.entries(this.#map(value, file, path));
    for (const [name, entry] of entries) {
      const text = textOf(entry);
      if (text === undefined) {
        this.#bad(file, `\`${path}.${name}\` is neither text nor a number`, hint, `${path}.${name}`);
      } else if (name !== "") variables[name] = text;
    }
    return variables;
  }

  /** A list of `{source, dest}`. */
  #secrets(value: unknown, file: string, path: string): BuildSecret[] {
    const hint = "give a list of `source`, a file in the folder `secrets`, and `dest`, its place in /run/secrets";
    if (!Array.isArray(value)) {
      this.#bad(file, `\`${path}\` is not a list`, hint, path);
      return [];
    }
    const places = new Map<string, string>();
    return value.flatMap((entry: unknown, i): BuildSecret[] => {
      const at = `${path}[${i}]`;
      const { source, dest } = this.#map(entry, file, at);
      if (typeof source !== "string" || typeof dest !== "string") {
        this.#bad(file, `\`${at}\` does not have both \`source\` and \`dest\``, hint, at);
        return [];
      }
      const place = posix.normalize(dest.replace(/^\/+/, "").replace(/^run\/secrets\//, "")).replace(/\/$/, "");
      if (place === "." || place === "" || place === ".." || place.startsWith("../") || /[,\s"\0]/.test(place)) {
        this.#bad(file, `\`${at}.dest\` is no path below /run/secrets: ${JSON.stringify(dest)}`, hint, `${at}.dest`);
        return [];
      }
      const other = places.get(place);
      if (other !== undefined) {
        this.#bad(
          file,
          `\`${at}\` has the place ${JSON.stringify(place)} of \`${other}\``,
          "give each its own `dest`",
          at,
        );
        return [];
      }
      places.set(place, at);
      const name = posix.join(this.#folder, "secrets", posix.join("/", source));
      const content = this.#files.get(name);
      if (content) return [{ dest: place, content }];
      this.#bad(
        file,
        `\`${at}\` names the secret \`${source}\`, and there is no file \`${name}\``,
        "add it, as a file of its own: links are not followed",
        at,
      );
      return [];
    });
  }

  #parse(file: string): unknown {
    return this.#collect(() => parseMetadataText(this.#text(file), file));
  }

  #text(file: string): string {
    return this.#files.get(file)?.toString("utf8") ?? "";
  }

  #collect<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MultibuildError)) throw error;
      this.problems.push(...(error.problems as readonly Problem<MultibuildErrorCode>[]));
      return undefined;
    }
  }

  #map(value: unknown, file: string, path: string): Record<string, unknown> {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    this.#bad(file, `${path === "" ? "it" : `\`${path}\``} is not a map`, "give a map", path);
    return {};
  }

  #bad(file: string, what: string, hint: string, path = ""): void {
    this.problems.push({
      code: "MULTIBUILD_BAD_METADATA",
      message: file === "" ? what : `${file}: ${what}`,
      hint,
      ...(path === "" ? {} : { path }),
    });
  }
}

function textOf(value: unknown): string | undefined {
  if (value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
