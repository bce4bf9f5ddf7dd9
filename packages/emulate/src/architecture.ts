import { EmulateError } from "./emulate-error.ts";

/** What is known of an architecture's programs. */
export interface Architecture {
  /** The engines' name: `arm64`. */
  readonly name: string;
  /** As emulators are called: `qemu-aarch64`. */
  readonly qemu: string;
  /** Of ELF: 32 or 64 bits, the order of bytes, `e_machine`, `e_flags`. */
  readonly bits: 32 | 64;
  readonly bigEndian: boolean;
  readonly machine: number;
  readonly flags: number;
  /** Ends the process with 42, in machine code. */
  readonly exit42: string;
}

/** The architectures that can be emulated. */
export const architectures: readonly Architecture[] = [
  // mov $42,%edi; mov $60,%eax; syscall
  little({ name: "amd64", qemu: "x86_64", bits: 64, machine: 62, exit42: "bf2a000000b83c0000000f05" }),
  // mov $42,%ebx; mov $1,%eax; int $0x80
  little({ name: "386", qemu: "i386", bits: 32, machine: 3, exit42: "bb2a000000b801000000cd80" }),
  // mov x0,#42; mov x8,#93; svc #0
  little({ name: "arm64", qemu: "aarch64", bits: 64, machine: 183, exit42: "400580d2a80b80d2010000d4" }),
  // mov r0,#42; mov r7,#1; svc 0
  little({ name: "arm", qemu: "arm", bits: 32, machine: 40, flags: 0x05_00_04_00, exit42: "2a00a0e30170a0e3000000ef" }),
  // li a0,42; li a7,93; ecall
  little({ name: "riscv64", qemu: "riscv64", bits: 64, machine: 243, flags: 5, exit42: "1305a0029308d00573000000" }),
  // li r3,42; li r0,1; sc
  little({
    name: "ppc64le",
    qemu: "ppc64le",
    bits: 64,
    machine: 21,
    flags: 2,
    exit42: "2a0060380100003802000044",
  }),
  // lghi %r2,42; svc 1
  { name: "s390x", qemu: "s390x", bits: 64, bigEndian: true, machine: 22, flags: 0, exit42: "a729002a0a010707" },
  // li a0,42; li v0,5058; syscall
  little({
    name: "mips64le",
    qemu: "mips64el",
    bits: 64,
    machine: 8,
    flags: 0x80_00_00_07,
    exit42: "2a000424c21302240c000000",
  }),
];

function little(facts: Omit<Architecture, "bigEndian" | "flags"> & { readonly flags?: number }): Architecture {
  return { bigEndian: false, flags: 0, ...facts };
}

/** Names of devices' architectures, and of kernels, for the platforms that engines know. */
const platforms: Readonly<Record<string, string>> = {
  aarch64: "linux/arm64",
  armv7hf: "linux/arm/v7",
  armv7l: "linux/arm/v7",
  armhf: "linux/arm/v7",
  armv6l: "linux/arm/v6",
  armel: "linux/arm/v5",
  rpi: "linux/arm/v6",
  i386: "linux/386",
  i686: "linux/386",
  "i386-nlp": "linux/386",
  x86_64: "linux/amd64",
};

/**
 * The engine's name of a platform: `linux/arm/v7` for `armv7hf`, `arm/v7` or itself.
 * @throws {EmulateError} EMULATE_UNKNOWN_PLATFORM
 */
export function normalizePlatform(name: string): string {
  const given = name.toLowerCase();
  const known = Object.hasOwn(platforms, given) ? platforms[given] : undefined;
  const platform = known ?? (given.startsWith("linux/") ? given : `linux/${given}`);
  const [os, architecture = "", variant] = platform.split("/");
  architectureOf(platform, name);
  // An arm64 has only the one variant.
  if (architecture === "arm64" && variant === "v8") return `${os}/arm64`;
  return platform;
}

/** @throws {EmulateError} EMULATE_UNKNOWN_PLATFORM */
export function architectureOf(platform: string, given: string = platform): Architecture {
  const [os, name, variant, more] = platform.split("/");
  const found = os === "linux" && more === undefined && architectures.find((candidate) => candidate.name === name);
  if (found && (variant === undefined || /^v\d+$/.test(variant))) return found;
  throw new EmulateError("EMULATE_UNKNOWN_PLATFORM", `\`${given}\` is no platform that is known here`, {
    hint: `one of ${architectures.map((known) => `linux/${known.name}`).join(", ")}, linux/arm/v6, linux/arm/v7; or ${Object.keys(platforms).join(", ")}`,
  });
}
