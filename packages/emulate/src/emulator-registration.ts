import { type Architecture, architectureOf } from "./architecture.ts";

/** The name of a platform's entry with the kernel. */
export function registrationName(platform: string): string {
  return `slipway-qemu-${architectureOf(platform).qemu}`;
}

/**
 * What binfmt_misc is told: a program's first bytes, those of them that count, and who runs it. `F` opens the emulator
 * now, so that it need not be in any container; `O` and `C` keep the program's rights, `P` its own name.
 */
export function registrationLine(platform: string, interpreter: string): string {
  const architecture = architectureOf(platform);
  const magic = elfStart(architecture);
  const mask = Buffer.alloc(magic.length, 0xff);
  // Neither the system that an ELF is for, nor the rest of its identification.
  mask.fill(0xff, 0, 7);
  mask[7] = 0;
  // Position-independent programs too: type 2 and 3.
  mask[architecture.bigEndian ? 17 : 16] = 0xfe;
  return `:${registrationName(platform)}:M::${hex(magic)}:${hex(mask)}:${interpreter}:OCPF`;
}

function elfStart({ bits, bigEndian, machine }: Architecture): Buffer {
  const start = Buffer.alloc(20);
  start.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, bigEndian ? 2 : 1, 1]);
  if (bigEndian) {
    start.writeUInt16BE(2, 16);
    start.writeUInt16BE(machine, 18);
  } else {
    start.writeUInt16LE(2, 16);
    start.writeUInt16LE(machine, 18);
  }
  return start;
}

function hex(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}
