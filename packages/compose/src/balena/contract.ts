/** What a service asks of the device that it runs on. */
export interface Contract {
  readonly type: "sw.container";
  readonly slug: string;
  /** All of these; of the ones under `or` any. */
  readonly requires: readonly (Requirement | { readonly or: readonly Requirement[] })[];
}

export interface Requirement {
  readonly type: string;
  readonly slug?: string;
  readonly version?: string;
}

const prefix = "io.balena.features.requires.";
const architectures: readonly string[] = ["aarch64", "amd64", "armv7hf", "i386", "rpi"];

/** What a label means, or what is wrong with its value. */
type Meaning = (value: string) => Requirement | string;

const range =
  (type: string, slug?: string): Meaning =>
  (version) =>
    isVersionRange(version)
      ? { type, ...(slug === undefined ? {} : { slug }), version }
      : `\`${version}\` is not a range of versions`;

const meanings: Readonly<Record<string, Meaning>> = {
  "sw.supervisor": range("sw.supervisor"),
  "sw.l4t": range("sw.l4t"),
  "sw.balena-os": range("sw.os", "balena-os"),
  "sw.linux": range("sw.kernel", "linux"),
  "hw.device-type": (slug) => (slug === "" ? "it names no device type" : { type: "hw.device-type", slug }),
  "arch.sw": (slug) =>
    architectures.includes(slug)
      ? { type: "arch.sw", slug }
      : `\`${slug}\` is no architecture; one of ${architectures.join(", ")} was expected`,
};

/** Kinds of which there may be several, one of which is enough. They come last. */
const alternatives: readonly string[] = ["sw.os", "sw.kernel"];

/** Whether a text is a range of versions, as in `>=1.2.3 <2 || ~3.1`. */
function isVersionRange(text: string): boolean {
  const version = String.raw`[v=]?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:-[\w.-]+)?(?:\+[\w.-]+)?`;
  const comparator = String.raw`(?:(?:[<>]=?|=|~>?|\^)\s*)?${version}`;
  const part = new RegExp(`^(?:${version}\\s+-\\s+${version}|${comparator}(?:\\s+${comparator})*)?$`);
  return text.length < 256 && text.split("||").every((one) => part.test(one.trim()));
}

/**
 * The contract that a service's labels `io.balena.features.requires.…` make; undefined if it has none of them. What is
 * wrong with a label's value goes to `problem`. Labels that require something unknown mean nothing, as for the cloud.
 */
export function serviceContract(
  service: string,
  labels: Readonly<Record<string, string>>,
  problem: (label: string, message: string) => void = () => undefined,
): Contract | undefined {
  const found: Requirement[] = [];
  for (const [label, value] of Object.entries(labels)) {
    const type = label.startsWith(prefix) ? label.slice(prefix.length) : "";
    const meaning = Object.hasOwn(meanings, type) ? meanings[type] : undefined;
    const requirement = meaning?.(value);
    if (typeof requirement === "string") problem(label, requirement);
    else if (requirement) found.push(requirement);
  }
  if (found.length === 0) return undefined;
  const requires = [
    ...found.filter(({ type }) => !alternatives.includes(type)),
    ...alternatives.flatMap((kind) => {
      const or = found.filter(({ type }) => type === kind);
      return or.length > 0 ? [{ or }] : [];
    }),
  ];
  return { type: "sw.container", slug: `contract-for-${service}`, requires };
}
