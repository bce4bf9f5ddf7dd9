/** Where the files come from that a composition refers to: `include`, `extends`, `env_file`, `label_file`, `.env`. */
export interface ComposeHost {
  /** The text of a file, or undefined where there is no such file. `path` is absolute if the project directory is. */
  readFile(path: string): Promise<string | undefined>;
  /** The names in a folder: where it is given, `load` finds the compose files of its `directory`. */
  list?(directory: string): Promise<readonly string[]>;
  /** The path of a file that stands for a remote one, such as `oci://…` or a URL of git; undefined to refuse it. */
  resolve?(reference: string): Promise<string | undefined>;
}
