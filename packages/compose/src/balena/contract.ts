/** What a service asks of the device that it runs on. */
export interface Contract {
  readonly type: "sw.container";
  readonly slug: string;
  readonly requires: readonly { readonly type: string; readonly version?: string; readonly slug?: string }[];
}

const prefix = "io.balena.features.requires.";

/** A requirement on a version is a range of them; one on hardware names it. */
const requirements: Readonly<Record<string, "version" | "slug">> = {
  "sw.supervisor": "version",
  "sw.l4t": "version",
  "sw.balena-os": "version",
  "sw.linux": "version",
  "hw.device-type": "slug",
  "arch.sw": "slug",
};

/** Whether a text is a range of versions, as in `>=1.2.3 <2 || ~3.1`. */
function isVersionRange(text: string): boolean {
  const version = String.raw`[v=]?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:-[\w.-]+)?(?:\+[\w.-]+)?`;
  const comparator = String.raw`(?:(?:[<>]=?|=|~>?|\^)\s*)?${version}`;
  const part = new RegExp(`^(?:${version}\\s+-\\s+${version}|${comparator}(?:\\s+${comparator})*)?$`);
  return text.length < 256 && text.split("||").every((one) => part.test(one.trim()));
}

/**
 * The contract that a service's labels `io.balena.features.requires.…` make; undefined if it has none of them. A string
 * for each label that means nothing goes to `problems`, with the label's name before it.
 */
export function serviceContract(
  service: string,
  labels: Readonly<Record<string, string>>,
  problem: (label: string, message: string) => void = () => undefined,
): Contract | undefined {
  const requires: { type: string; version?: string; slug?: string }[] = [];
  for (const [label, value] of Object.entries(labels)) {
    if (!label.startsWith(prefix)) continue;
    const type = label.slice(prefix.length);
    const kind = Object.hasOwn(requirements, type) ? requirements[type] : undefined;
    if (kind === undefined) problem(label, `nothing can be required of \`${type}\``);
    else if (kind === "version" && !isVersionRange(value)) problem(label, `\`${value}\` is not a range of versions`);
    else if (value === "") problem(label, "it says nothing");
    else requires.push(kind === "version" ? { type, version: value } : { type, slug: value });
  }
  return requires.length === 0 ? undefined : { type: "sw.container", slug: `contract-for-${service}`, requires };
}
