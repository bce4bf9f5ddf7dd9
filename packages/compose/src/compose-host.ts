/** Where the files come from that a composition refers to: `include`, `extends`, `env_file`, `label_file`, `.env`. */
export interface ComposeHost {
  /** The text of a file, or undefined where there is no such file. `path` is absolute if the project directory is. */
  readFile(path: string): Promise<string | undefined>;
}
