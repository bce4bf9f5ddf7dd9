import { type Ignore, parseIgnore } from "@slipway/context";
import { readEnvironment } from "./environment.ts";
import type { SourceTree } from "./source/source-tree.ts";

/** What a source says of how it is to be built. */
export interface SourceFacts {
  readonly ignore: Ignore;
  /** Its `.s2i/environment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its `.s2i/bin`, by name. */
  readonly scripts: ReadonlyMap<string, Buffer>;
}

const environmentFile = ".s2i/environment";
const scriptFile = /^\.s2i\/bin\/([^/]+)$/;
/** The first that is there counts. */
const ignoreFiles = [".s2iignore", ".dockerignore"];

/** Reads the files of a source that steer its build. */
export async function readSourceFacts(tree: SourceTree): Promise<SourceFacts> {
  const files = await tree.smallFiles(
    (path) => path === environmentFile || scriptFile.test(path) || ignoreFiles.includes(path),
  );
  const ignoreFile = ignoreFiles.find((name) => files.has(name));
  const scripts = [...files].flatMap(([path, content]) => {
    const name = scriptFile.exec(path)?.[1];
    return name === undefined ? [] : [[name, content] as const];
  });
  return {
    ignore: ignoring(ignoreFile === undefined ? "" : String(files.get(ignoreFile)), ignoreFile),
    environment: readEnvironment(String(files.get(environmentFile) ?? "")),
    scripts: new Map(scripts),
  };
}

/** An ignore file's rules; `.git` is left out too, unless they speak of letting it in. */
function ignoring(text: string, file: string | undefined): Ignore {
  const rules = parseIgnore(text, { file });
  if (/^!.*\.git\b/m.test(text)) return rules;
  const isGit = (path: string): boolean => /(?:^|\/)\.git(?:\/|$)/.test(path);
  return {
    ignores: (path) => isGit(path) || rules.ignores(path),
    mayContainIncluded: (directory) => !isGit(directory) && rules.mayContainIncluded(directory),
  };
}
