/** `linux/arm` in its full form, and others as they are: lower case, `linux` before a lone architecture. */
export function normalizePlatform(platform: string): string {
  const parts = platform.toLowerCase().split("/");
  const [os = "", architecture = "", variant] = parts.length === 1 ? ["linux", ...parts] : parts;
  const [known, implied] = aliases[architecture] ?? [architecture];
  return [os, known, variantOf(known, variant ?? implied)].filter((part) => part !== undefined).join("/");
}

const aliases: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  x86_64: ["amd64"],
  "x86-64": ["amd64"],
  aarch64: ["arm64"],
  armhf: ["arm", "v7"],
  armel: ["arm", "v6"],
  i386: ["386"],
  i686: ["386"],
};

/** The variants that go without saying: of arm64 the first, of arm the seventh. */
function variantOf(architecture: string, variant: string | undefined): string | undefined {
  if (architecture === "arm64" && (variant === "v8" || variant === "8")) return undefined;
  if (architecture === "amd64" && variant === "v1") return undefined;
  if (architecture !== "arm") return variant;
  const digits = (variant ?? "v7").replace(/^v/, "");
  return `v${digits}`;
}

/** Whether a machine of the platform `native` runs programs of `wanted` without emulation. */
export function runsNatively(native: string, wanted: string): boolean {
  const [os, architecture, variant] = normalizePlatform(native).split("/");
  const [wantedOs, wantedArchitecture, wantedVariant] = normalizePlatform(wanted).split("/");
  if (os !== wantedOs) return false;
  if (architecture === "amd64" && wantedArchitecture === "386") return true;
  if (architecture !== wantedArchitecture) return false;
  if (architecture === "arm") return Number(variant?.slice(1)) >= Number(wantedVariant?.slice(1));
  return wantedVariant === undefined || wantedVariant === variant;
}
