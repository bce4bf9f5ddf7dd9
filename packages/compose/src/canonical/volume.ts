/** A volume's short form in parts. */
export interface ShortVolume {
  readonly type: "bind" | "volume";
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
  readonly noCopy: boolean;
  readonly propagation: string | undefined;
  readonly selinux: string | undefined;
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
  if (text.length <= 2) return volume("volume", undefined, text, true);
  const parts = splitAtColons(text);
  if (parts.includes("")) return `volume \`${text}\` has an empty part between its colons`;
  if (parts.length > 3) return `volume \`${text}\` has too many colons`;
  const [first = "", second, options] = parts;
  if (second === undefined) return volume("volume", undefined, first, false);
  const result = volume(isPath(first) ? "bind" : "volume", first, second, false);
  if (options !== undefined) readOptions(options, result);
  return result;
}

type Writable = { -readonly [K in keyof ShortVolume]: ShortVolume[K] };

function volume(type: "bind" | "volume", source: string | undefined, target: string, bare: boolean): Writable {
  return {
    type,
    source,
    target,
    readOnly: false,
    noCopy: false,
    propagation: undefined,
    selinux: undefined,
    bare,
    unknownOptions: [],
  };
}

function splitAtColons(text: string): string[] {
  const plain = text.split(":");
  if (plain.slice(0, -1).every((part) => part.length > 2)) return plain;
  const parts: string[] = [];
  let part = "";
  for (const character of text) {
    if (character === ":" && !(part.length < 3 && /^\p{L}$/u.test(part))) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part];
}

function isPath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith("\\\\") || /^\p{L}:/u.test(source);
}

function readOptions(options: string, result: Writable): void {
  const unknown: string[] = [];
  for (const option of options.split(",")) {
    if (option === "ro" || option === "rw") result.readOnly = option === "ro";
    else if (option === "nocopy") result.noCopy = true;
    else if (propagations.includes(option)) result.propagation = option;
    else if (option === "z" || option === "Z") result.selinux = option;
    else unknown.push(option);
  }
  result.unknownOptions = unknown;
}
