/** What the planner needs to know of a container and can't tell from a Dockerfile. */
export type Question =
  /** Whether a path is a folder there. */
  | { readonly kind: "folder"; readonly stage: number; readonly path: string }
  /** Its users and groups. */
  | { readonly kind: "accounts"; readonly stage: number }
  /** Whether it has a shell, which deleting and running commands need. */
  | { readonly kind: "shell"; readonly stage: number };

/** Ids by name. */
export interface Accounts {
  readonly users: ReadonlyMap<string, { readonly uid: number; readonly gid: number }>;
  readonly groups: ReadonlyMap<string, number>;
}

/** Answers to questions that were asked before; undefined is one that was not. */
export interface Facts {
  folder(stage: number, path: string): boolean | undefined;
  accounts(stage: number): Accounts | undefined;
  shell(stage: number): boolean | undefined;
}

/** Answers, as they come in. */
export class FactBook implements Facts {
  readonly #folders = new Map<string, boolean>();
  readonly #accounts = new Map<number, Accounts>();
  readonly #shells = new Map<number, boolean>();

  folder(stage: number, path: string): boolean | undefined {
    return this.#folders.get(`${stage} ${path}`);
  }

  accounts(stage: number): Accounts | undefined {
    return this.#accounts.get(stage);
  }

  shell(stage: number): boolean | undefined {
    return this.#shells.get(stage);
  }

  setFolder(stage: number, path: string, isFolder: boolean): void {
    this.#folders.set(`${stage} ${path}`, isFolder);
  }

  setAccounts(stage: number, accounts: Accounts): void {
    this.#accounts.set(stage, accounts);
  }

  setShell(stage: number, hasShell: boolean): void {
    this.#shells.set(stage, hasShell);
  }

  /** The containers are others. */
  forget(): void {
    this.#folders.clear();
    this.#accounts.clear();
    this.#shells.clear();
  }

  /** A command may have made users. */
  forgetAccounts(stage: number): void {
    this.#accounts.delete(stage);
  }
}
