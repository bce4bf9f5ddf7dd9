/** Gives a project the files that its compose files name. */
export interface ComposeHost {
  /** A file's text, by its absolute path; undefined where there is none. */
  readFile(path: string): Promise<string | undefined>;
}
