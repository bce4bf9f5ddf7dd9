/** The engines' names of architectures, and those that device types and templates go by. */
const names: Readonly<Record<string, string>> = {
  amd64: "amd64",
  x86_64: "amd64",
  arm64: "aarch64",
  aarch64: "aarch64",
  arm: "armv7hf",
  armv7l: "armv7hf",
  "386": "i386",
  i686: "i386",
};

const deviceTypes: Readonly<Record<string, string>> = {
  amd64: "generic-amd64",
  aarch64: "generic-aarch64",
  armv7hf: "raspberrypi3",
  rpi: "raspberry-pi",
  i386: "qemux86",
};

/** The name that templates go by for an engine's architecture: `aarch64` for `arm64`. */
export function architectureOf(engineArchitecture: string): string {
  return names[engineArchitecture] ?? engineArchitecture;
}

/** A device type of an architecture, for when none is named. */
export function defaultDeviceType(architecture: string): string {
  return deviceTypes[architecture] ?? "generic-amd64";
}
