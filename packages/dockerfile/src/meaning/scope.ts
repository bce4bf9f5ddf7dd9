import type { DialectRules } from "./dialect.ts";

/** One ENV, or one ARG that has a value. */
interface Setting {
  readonly name: string;
  readonly value: string;
  readonly kind: "env" | "arg";
}

/** The variables that were in force at one point, each as a record made when it is first read. */
export interface Variables {
  /** ENV, the base image's included where it is known. */
  readonly env: Readonly<Record<string, string>>;
  /** ARG, as far as it has a value. */
  readonly args: Readonly<Record<string, string>>;
  /** What a `$NAME` gives: ENV and ARG, the one that is in force. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The variables of a stage while its steps are read. Settings are kept as a list, so that many cost no more than each. */
export class Scope {
  readonly #rules: DialectRules;
  readonly #settings: Setting[] = [];
  readonly #env = new Map<string, string>();
  readonly #args = new Map<string, string>();
  /** By the order in which they were set. */
  readonly #latest = new Map<string, string>();
  /** The record for each number of settings that was asked for last. */
  #snapshot: { readonly count: number; readonly variables: Variables } | undefined;

  constructor(rules: DialectRules) {
    this.#rules = rules;
  }

  /** A scope for a stage that is based on another one. */
  child(): Scope {
    const child = new Scope(this.#rules);
    if (this.#rules.argsFlowOn) {
      for (const [name, value] of this.#args) child.setArg(name, value);
    }
    for (const [name, value] of this.#env) child.setEnv(name, value);
    return child;
  }

  lookup = (name: string): string | undefined => {
    if (!this.#rules.envOverArg) return this.#latest.get(name);
    return this.#env.get(name) ?? this.#args.get(name);
  };

  setEnv(name: string, value: string): void {
    this.#set(name, value, "env");
  }

  setArg(name: string, value: string): void {
    this.#set(name, value, "arg");
  }

  hasEnv(name: string): boolean {
    return this.#env.has(name);
  }

  /** The variables as they are now; later settings don't change it. */
  variables(): Variables {
    const count = this.#settings.length;
    if (this.#snapshot?.count === count) return this.#snapshot.variables;
    const variables = new Snapshot(this.#rules, this.#settings, count);
    this.#snapshot = { count, variables };
    return variables;
  }

  #set(name: string, value: string, kind: Setting["kind"]): void {
    this.#settings.push({ name, value, kind });
    (kind === "env" ? this.#env : this.#args).set(name, value);
    this.#latest.set(name, value);
  }
}

class Snapshot implements Variables {
  readonly #rules: DialectRules;
  readonly #settings: readonly Setting[];
  readonly #count: number;
  #env: Readonly<Record<string, string>> | undefined;
  #args: Readonly<Record<string, string>> | undefined;
  #variables: Readonly<Record<string, string>> | undefined;

  constructor(rules: DialectRules, settings: readonly Setting[], count: number) {
    this.#rules = rules;
    this.#settings = settings;
    this.#count = count;
  }

  get env(): Readonly<Record<string, string>> {
    return (this.#env ??= this.#record((kind) => kind === "env"));
  }

  get args(): Readonly<Record<string, string>> {
    return (this.#args ??= this.#record((kind) => kind === "arg"));
  }

  get variables(): Readonly<Record<string, string>> {
    this.#variables ??= this.#rules.envOverArg ? { ...this.args, ...this.env } : this.#record(() => true);
    return this.#variables;
  }

  #record(wanted: (kind: Setting["kind"]) => boolean): Readonly<Record<string, string>> {
    const map = new Map<string, string>();
    for (let i = 0; i < this.#count; i++) {
      const { name, value, kind } = this.#settings[i] as Setting;
      if (wanted(kind)) map.set(name, value);
    }
    return Object.fromEntries(map);
  }
}
