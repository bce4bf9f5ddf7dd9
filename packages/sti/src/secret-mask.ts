/** Takes secrets out of output, also where one is spread over several pieces of it. */
export class SecretMask {
  readonly #secrets: readonly string[];
  #held = "";

  /** @param secrets each line of them with four or more characters is masked */
  constructor(secrets: Iterable<string>) {
    const lines = [...secrets].flatMap((secret) => secret.split("\n").map((line) => line.trim()));
    // Longer ones first, since one may be part of another; shorter ones would garble what is no secret.
    this.#secrets = [...new Set(lines)].filter((line) => line.length >= 4).toSorted((a, b) => b.length - a.length);
  }

  write(data: string): string {
    const text = this.#held + data;
    const cut = this.#cut(text);
    this.#held = text.slice(cut);
    return this.#masked(text.slice(0, cut));
  }

  /** What was held because a secret may have begun there. */
  end(): string {
    const rest = this.#masked(this.#held);
    this.#held = "";
    return rest;
  }

  #masked(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, "***");
    return masked;
  }

  /** Up to where a text can be handed on: a secret may begin behind it, and none lies across it. */
  #cut(text: string): number {
    let cut = text.length;
    for (const secret of this.#secrets) {
      for (let length = Math.min(secret.length - 1, text.length); length > text.length - cut; length -= 1) {
        if (text.endsWith(secret.slice(0, length))) cut = text.length - length;
      }
    }
    for (let before = -1; before !== cut;) {
      before = cut;
      for (const secret of this.#secrets) {
        const at = text.indexOf(secret, Math.max(0, cut - secret.length + 1));
        if (at >= 0 && at < cut) cut = at;
      }
    }
    return cut;
  }
}
