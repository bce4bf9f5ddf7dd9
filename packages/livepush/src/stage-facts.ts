/** What the planner needs to know of a container and can't tell from a Dockerfile. */
export type Question =
  /** What is at the destination of a COPY. */
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

/** What is at the destination of a COPY. */
export interface Destination {
  /** Whether it is a folder, or a link to one. */
  readonly folder: boolean;
  /** Where a link that is there leads in the end: a file is written through it. Without a link, the path itself. */
  readonly end: string;
}

/** Answers to questions that were asked before; undefined is one that was not. */
export interface Facts {
  destination(stage: number, path: string): Destination | undefined;
  accounts(stage: number): Accounts | undefined;
  shell(stage: number): boolean | undefined;
}

/** Answers, as they come in. */
export class FactBook implements Facts {
  readonly #destinations = new Map<string, Destination>();
  readonly #accounts = new Map<number, Accounts>();
  readonly #shells = new Map<number, boolean>();

  destination(stage: number, path: string): Destination | undefined {
    return this.#destinations.get(`${stage} ${path}`);
  }

  accounts(stage: number): Accounts | undefined {
    return this.#accounts.get(stage);
  }

  shell(stage: number): boolean | undefined {
    return this.#shells.get(stage);
  }

  setDestination(stage: number, path: string, destination: Destination): void {
    this.#destinations.set(`${stage} ${path}`, destination);
  }

  setAccounts(stage: number, accounts: Accounts): void {
    this.#accounts.set(stage, accounts);
  }

  setShell(stage: number, hasShell: boolean): void {
    this.#shells.set(stage, hasShell);
  }

  /** A container that seemed to have no shell may just not have run then. */
  askForShellsAgain(): void {
    for (const [stage, hasShell] of this.#shells) if (!hasShell) this.#shells.delete(stage);
  }

  /** The containers are others. */
  forget(): void {
    this.#destinations.clear();
    this.#accounts.clear();
    this.#shells.clear();
  }

  /** A command may have made users. */
  forgetAccounts(stage: number): void {
    this.#accounts.delete(stage);
  }
}
