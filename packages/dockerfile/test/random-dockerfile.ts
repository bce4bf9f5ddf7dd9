/** Numbers from a seed: the same ones each time (mulberry32). */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A Dockerfile of instructions that cost an engine next to nothing, now and then with a mistake in it. */
export function randomDockerfile(seed: number, base: string): { text: string; buildArgs: Record<string, string> } {
  return new Generator(randomFrom(seed), base).run();
}

const names = ["A", "B", "C_1", "X", "PATH", "TARGETOS", "HTTP_PROXY", "undefined_one"];

class Generator {
  readonly #random: (below: number) => number;
  readonly #base: string;
  readonly #stages: string[] = [];
  #escape = "\\";

  constructor(random: (below: number) => number, base: string) {
    this.#random = random;
    this.#base = base;
  }

  run(): { text: string; buildArgs: Record<string, string> } {
    const lines: string[] = [];
    if (this.#chance(10)) {
      this.#escape = "`";
      lines.push("# escape=`");
    }
    for (let i = this.#random(3); i > 0; i--) lines.push(`ARG ${this.#argPair()}`);
    for (let i = 1 + this.#random(3); i > 0; i--) {
      const [before] = [this.#pick(["", ...this.#stages])];
      const name = this.#pick(["", "one", "Two", "three.x"]);
      lines.push(
        this.#keyword(`FROM ${before || this.#base}${name ? ` ${this.#pick(["AS", "as", "As"])} ${name}` : ""}`),
      );
      for (let j = this.#random(9); j > 0; j--) lines.push(...this.#instruction());
      if (name) this.#stages.push(name.toLowerCase());
    }
    const buildArgs = Object.fromEntries(
      names
        .filter((name) => name !== "PATH" && this.#chance(5))
        .map((name) => [name, this.#pick(["", "given", "a b"])]),
    );
    return { text: lines.join(this.#chance(8) ? "\r\n" : "\n"), buildArgs };
  }

  #instruction(): string[] {
    const make = this.#pick([
      () => `ENV ${this.#pairs("=")}`,
      () => `ENV ${this.#pairs("=")}`,
      () => `ENV ${this.#name()} ${this.#value()} ${this.#pick(["", "rest  of it ", '"x" y'])}`,
      () => `LABEL ${this.#pairs("=")}`,
      () => `ARG ${this.#argPair()}`,
      () => `ARG ${this.#argPair()}`,
      () => `WORKDIR ${this.#pick(["/", "", "../", "./"])}${this.#word()}${this.#pick(["", "/", "/.."])}`,
      () => `USER ${this.#value()}`,
      () => `CMD ${this.#command()}`,
      () => `ENTRYPOINT ${this.#command()}`,
      () => `SHELL ${this.#pick(['["/bin/sh", "-ec"]', '["sh"]', "[]"].slice(0, this.#chance(6) ? 3 : 2))}`,
      () => `EXPOSE ${this.#pick(["80", "81/udp", "82-84", "$A", "${X:-90}", "5:85/tcp"])}`,
      () => `VOLUME ${this.#pick(["/v", "/v/$A /w", '["/a b", "/c"]', '"/q"'])}`,
      () => `STOPSIGNAL ${this.#pick(["SIGTERM", "9", "${X:-INT}", "sigusr1"])}`,
      () => `HEALTHCHECK ${this.#pick(["NONE", "CMD x $A", 'CMD ["a", "b"]', "--interval=5s --retries=2 cmd x"])}`,
      () => `ONBUILD ${this.#pick([`ENV ${this.#pairs("=")}`, "LABEL on=build", "WORKDIR sub", "USER $A"])}`,
      () => `COPY ${this.#pick(["a", "a b", "d"])} ${this.#pick(["/f/", "./f/", "/f/$A/"])}`,
      () => 'COPY ["a", "b", "/j/"]',
      () => `MAINTAINER ${this.#word()}`,
      () => `# a comment with ${this.#value()}`,
      () => "",
      () => this.#pick(["RUM x", "ENV A", "COPY a", "ENV A=${", "LABEL x", "EXPOSE http", 'CMD ["a", 1]']),
    ]);
    // A mistake only now and then: a Dockerfile that is refused shows less.
    const text = make();
    if (/^(?:RUM|ENV A$|COPY a$|LABEL x$|EXPOSE http|ENV A=\$\{$|CMD \["a", 1)/.test(text) && !this.#chance(6))
      return [];
    return this.#continued(this.#keyword(text));
  }

  #continued(text: string): string[] {
    if (!this.#chance(6) || text.startsWith("#")) return [text];
    const at = text.indexOf(" ");
    if (at < 0) return [text];
    const between = this.#pick([[], ["# between"], [""]]);
    return [`${text.slice(0, at)} ${this.#escape}${this.#pick(["", "  "])}`, ...between, text.slice(at)];
  }

  #keyword(text: string): string {
    return this.#chance(8) ? text.replace(/^\w+/, (word) => word.toLowerCase()) : text;
  }

  #command(): string {
    return this.#pick([`echo ${this.#value()}`, '["a", "$A", "é\\n"]', "[ -e /x ]", '["a"', "", "a && b  # c"]);
  }

  #pairs(delimiter: string): string {
    return Array.from({ length: 1 + this.#random(3) }, () => `${this.#name()}${delimiter}${this.#value()}`).join(
      this.#pick([" ", "  ", "\t"]),
    );
  }

  #argPair(): string {
    return `${this.#pick(names.filter((name) => name !== "PATH"))}${this.#chance(3) ? "" : `=${this.#value()}`}`;
  }

  #name(): string {
    return this.#pick(["A", "B", "C_1", "X", "new", "$A_x", "é"]);
  }

  #value(): string {
    return Array.from({ length: 1 + this.#random(3) }, () => this.#part()).join("");
  }

  #part(): string {
    const name = this.#pick(names);
    const e = this.#escape;
    return this.#pick([
      this.#word(),
      this.#word(),
      `$${name}`,
      `\${${name}}`,
      `\${${name}:-${this.#word()}}`,
      `\${${name}:+${this.#word()}}`,
      `\${${name}:-$A}`,
      `"${this.#word()} $${name}"`,
      `"${e}"${e}$${e}${e}"`,
      `'$${name} "x"'`,
      `${e} `,
      `${e}$${name}`,
      `${e}n`,
      "$",
      "$1",
      "ü",
      "=",
      '""',
    ]);
  }

  #word(): string {
    return this.#pick(["a", "b", "c-d", "x.y", "0", "é"]);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random(items.length)] as T;
  }

  #chance(oneIn: number): boolean {
    return this.#random(oneIn) === 0;
  }
}
