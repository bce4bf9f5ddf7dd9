import { statSync } from "node:fs";
import path from "node:path";
import { type Ignore, parseIgnore } from "@slipway/context";
import type { WatchedFolder } from "./watch.ts";

/** A rule of `develop.watch`, its path absolute. */
export interface WatchRule {
  readonly path: string;
  readonly action: "rebuild" | "sync" | "restart" | "sync+restart" | "sync+exec";
  /** Where what is at `path` goes in the container. */
  readonly target?: string | undefined;
  /** Patterns as in a .dockerignore, relative to `path`. */
  readonly ignore?: readonly string[] | undefined;
  /** The same; with any, only what they match is watched. */
  readonly include?: readonly string[] | undefined;
  readonly exec?: WatchExec | undefined;
  readonly initial_sync?: boolean | undefined;
}

/** The command of a `sync+exec` rule. */
export interface WatchExec {
  readonly command: readonly string[];
  readonly user?: string | undefined;
  readonly working_dir?: string | undefined;
  readonly environment?: Readonly<Record<string, string | null>> | undefined;
}

/** A path that a rule is about. */
export interface RuleMatch {
  readonly rule: WatchRule;
  /** Absolute. */
  readonly file: string;
  /** Where it goes, of the rules that sync. */
  readonly target?: string | undefined;
}

/** The rules of one service: which paths they are about, and what is to be watched for them. */
export class WatchRules {
  readonly rules: readonly WatchRule[];
  readonly #ignores: readonly { readonly ignore: Ignore; readonly include: Ignore | undefined }[];
  readonly #context: { readonly directory: string; readonly ignore: Ignore } | undefined;

  /** @param context the service's build context, whose ignore file goes for the rules as well */
  constructor(rules: readonly WatchRule[], context?: { readonly directory: string; readonly ignore: Ignore }) {
    this.rules = rules.map((rule) => ({ ...rule, path: path.resolve(rule.path) }));
    this.#context = context;
    this.#ignores = this.rules.map(({ ignore = [], include = [] }) => ({
      ignore: parseIgnore(ignore.join("\n")),
      include: include.length > 0 ? parseIgnore(include.join("\n")) : undefined,
    }));
  }

  /** What is about a path; more than one rule may be. */
  match(file: string): RuleMatch[] {
    return this.rules.flatMap((rule, index) => {
      const name = within(rule.path, file);
      if (name === undefined || this.#ignored(index, name, file)) return [];
      const include = this.#ignores[index]?.include;
      if (include && name !== "" && !include.ignores(name)) return [];
      const { target } = rule;
      const place = target === undefined ? undefined : name === "" ? target : path.posix.join(target, name);
      return [{ rule, file, target: rule.action.startsWith("sync") ? place : undefined }];
    });
  }

  /**
   * What is to be watched: what all rules ignore costs no watch. A rule about a file, or about what is not there yet, has
   * the folder above watched, for nothing else.
   */
  folders(service: string): WatchedFolder[] {
    return this.rules.map(({ path: place }, index) => {
      const directory = folderAt(place);
      const prefix = within(directory, place) ?? "";
      const below = (name: string): string | undefined => (prefix === "" ? name : within(`/${prefix}`, `/${name}`));
      return {
        name: service,
        directory,
        ignore: {
          ignores: (name) => {
            const inRule = below(name);
            if (inRule === undefined) return !prefix.startsWith(`${name}/`);
            return this.#ignored(index, inRule, path.join(place, inRule));
          },
          mayContainIncluded: (name) => {
            const inRule = below(name);
            return inRule !== undefined && (this.#ignores[index]?.ignore.mayContainIncluded(inRule) ?? false);
          },
        },
      };
    });
  }

  #ignored(index: number, name: string, file: string): boolean {
    if (name !== "" && this.#ignores[index]?.ignore.ignores(name)) return true;
    if (!this.#context) return false;
    const inContext = within(this.#context.directory, file);
    return inContext !== undefined && inContext !== "" && this.#context.ignore.ignores(inContext);
  }
}

/** The folder at a path, or the nearest above it. */
function folderAt(place: string): string {
  const above = path.dirname(place);
  return isFolder(place) || above === place ? place : folderAt(above);
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    return false; // not there, or below a file
  }
}

function within(folder: string, file: string): string | undefined {
  const relative = path.relative(folder, file);
  if (relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) return undefined;
  return relative.split(path.sep).join("/");
}
