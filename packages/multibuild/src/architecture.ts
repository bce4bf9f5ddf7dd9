import { normalizePlatform } from "./platform.ts";

/** Architectures as templates and device types name them, and as engines do. */
const platforms: Readonly<Record<string, string>> = {
  amd64: "linux/amd64",
  aarch64: "linux/arm64",
  armv7hf: "linux/arm/v7",
  rpi: "linux/arm/v6",
  armv5e: "linux/arm/v5",
  i386: "linux/386",
  "i386-nlp": "linux/386",
};

/** Engines' names of their machines, where they have no variant. */
const machines: Readonly<Record<string, string>> = { armv7l: "armv7hf", armv6l: "rpi" };

const deviceTypes: Readonly<Record<string, string>> = {
  amd64: "generic-amd64",
  aarch64: "generic-aarch64",
  armv7hf: "raspberrypi3",
  rpi: "raspberry-pi",
  i386: "qemux86",
};

/** The architectures of device types, by how their names begin; the first that fits counts. */
const families: readonly (readonly [name: RegExp, architecture: string])[] = [
  [/-64$|-64-|^generic-?x86-64|amd64|^intel-nuc|^up-board|^surface|^qemux86-64/, "64"],
  [/^raspberry-?pi$|^raspberrypi0|^rpi/, "rpi"],
  [/^raspberrypi5|^jetson|aarch64|arm64|^imx8|^rockpi|^odroid-[cn]2|^nanopi-r|^orange-?pi-[35z]/, "aarch64"],
  [/^raspberry-?pi|^beagle|^fincm3|^npe-x500|^revpi|^odroid|^am571|^imx[67]|armv7/, "armv7hf"],
  [/^qemux86|^intel-edison|i386|^genericx86/, "i386"],
];

/** The name that templates go by for an engine's architecture, or for a platform: `aarch64` for `arm64`. */
export function architectureOf(engineArchitecture: string): string {
  const known = machines[engineArchitecture];
  if (known !== undefined) return known;
  if (Object.hasOwn(platforms, engineArchitecture)) return engineArchitecture;
  const platform = normalizePlatform(engineArchitecture);
  return Object.keys(platforms).find((name) => platforms[name] === platform) ?? engineArchitecture;
}

/** The platform that an architecture's images are for: `linux/arm/v6` for `rpi`. Undefined for one that is not known. */
export function platformOf(architecture: string): string | undefined {
  const own = architectureOf(architecture);
  return Object.hasOwn(platforms, own) ? platforms[own] : undefined;
}

/** A device type of an architecture, for when none is named. */
export function defaultDeviceType(architecture: string): string {
  return deviceTypes[architecture] ?? "generic-amd64";
}

/** The architecture of a device type: `aarch64` for `raspberrypi4-64`. Undefined for one that is not known. */
export function deviceArchitecture(deviceType: string): string | undefined {
  const family = families.find(([name]) => name.test(deviceType))?.[1];
  if (family !== "64") return family;
  return /^(?:generic-?x86|intel|up-|surface|qemux86)|amd64/.test(deviceType) ? "amd64" : "aarch64";
}
