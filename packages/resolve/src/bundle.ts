/** The files of a project, wherever they are kept. Only what a resolver needs is read. */
export interface Bundle {
  /** A file's text, links followed within the bundle; undefined where there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Whether the path is taken, by whatever kind of entry. */
  has(path: string): Promise<boolean>;
  /** The paths of the files, or the first thousand; asked for only to make a good message. */
  names(): Promise<readonly string[]>;
}
