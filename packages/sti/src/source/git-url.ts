/** A git repository and what of it is meant. */
export interface GitUrl {
  /** As git takes it, without `#…`. */
  readonly url: string;
  readonly ref: string | undefined;
  readonly contextDir: string | undefined;
}

const schemes = /^(?:git|https?|ssh|git\+ssh|git\+https?|file):\/\//i;
const scpForm = /^(?:[\w.~-]+@)?(?:[\w.-]+|\[[0-9a-fA-F:]+\]):(?!\/\/)[^\s\\]+$/;

/** A git URL (`git://`, `https://`, `ssh://`, `file://`) or the scp form `user@host:path`, with `#ref[:folder]`; else undefined. */
export function parseGitUrl(text: string): GitUrl | undefined {
  if (!schemes.test(text) && !(scpForm.test(text) && !/^[a-zA-Z]:/.test(text))) return undefined;
  const [url, fragment] = split(text, "#");
  const [ref, contextDir] = split(fragment ?? "", ":");
  return { url: url.replace(/^git\+/, ""), ref: ref || undefined, contextDir: contextDir || undefined };
}

/** A URL without the user's password. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/]*@/i, (whole, scheme: string) =>
    /^(?:git\+)?ssh/i.test(scheme) ? whole.replace(/^([^:]*:\/\/[^:]*):.*@$/, "$1@") : scheme,
  );
}

function split(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}
