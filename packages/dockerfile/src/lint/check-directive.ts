/** What `# check=…` says; the rules' ids in lower case. */
export interface CheckDirective {
  readonly skip: ReadonlySet<string>;
  readonly experimental: ReadonlySet<string>;
  /** Whether what is found counts as an error. */
  readonly error: boolean;
}

/** Reads the `check` directive: `skip=A,B;experimental=C;error=true`; a list may be `all`. Unknown parts are passed over. */
export function readCheckDirective(text: string | undefined): CheckDirective {
  const lists: Record<string, string[]> = {};
  for (const part of (text ?? "").split(";")) {
    const [name = "", value = ""] = part.split("=").map((side) => side.trim());
    lists[name.toLowerCase()] = value.split(",").map((item) => item.trim().toLowerCase());
  }
  const list = (name: string): ReadonlySet<string> => new Set(Object.hasOwn(lists, name) ? lists[name] : []);
  return { skip: list("skip"), experimental: list("experimental"), error: list("error").has("true") };
}
