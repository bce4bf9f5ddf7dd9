/** A volume's short form in parts. */
export interface ShortVolume {
  readonly type: "bind" | "volume";
  readonly source?: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly noCopy: boolean;
  readonly propagation?: string;
  readonly selinux?: string;
  /** Nothing but a target was said, in one or two characters: the reference implementation looks no further. */
  readonly bare: boolean;
  /** Options that mean nothing and have no effect. */
  readonly unknownOptions: readonly string[];
}

const propagations = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

/**
 * Reads `target`, `source:target` or `source:target:options`. One letter before a colon is a drive, as in `C:/x:/y`.
 * A string says what is wrong.
 */
export function parseVolume(text: string): ShortVolume | string {
  if (text === "") return "a volume is empty";
  const none = { readOnly: false, noCopy: false, bare: false, unknownOptions: [] };
  if (text.length <= 2) return { ...none, type: "volume", target: text, bare: true };
  const parts = splitAtColons(text);
  if (parts.includes("")) return `volume \`${text}\` has an empty part between its colons`;
  if (parts.length > 3) return `volume \`${text}\` has too many colons`;
  const [first = "", second, options] = parts;
  if (second === undefined) return { ...none, type: "volume", target: first };
  const type = isPath(first) ? "bind" : "volume";
  return { ...none, type, source: first, target: second, ...readOptions(options) };
}

function splitAtColons(text: string): string[] {
  const plain = text.split(":");
  if (plain.every((part) => part.length > 2)) return plain;
  const parts: string[] = [];
  let part = "";
  for (const character of text) {
    if (character === ":" && !/^\p{L}$/u.test(part)) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part];
}

function isPath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith("\\\\") || /^\p{L}:/u.test(source);
}

function readOptions(options: string | undefined): Partial<ShortVolume> {
  const result: { -readonly [K in keyof ShortVolume]?: ShortVolume[K] } = {};
  const unknown: string[] = [];
  for (const option of options?.split(",") ?? []) {
    if (option === "ro" || option === "rw") result.readOnly = option === "ro";
    else if (option === "nocopy") result.noCopy = true;
    else if (propagations.includes(option)) result.propagation = option;
    else if (option === "z" || option === "Z") result.selinux = option;
    else unknown.push(option);
  }
  return { ...result, unknownOptions: unknown };
}
