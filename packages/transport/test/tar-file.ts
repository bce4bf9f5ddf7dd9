/** A tar archive of one file. */
export function tarFile(name: string, data: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const zeros = "0000000\0";
  header.write(name, 0);
  header.write(
    `0000644\0${zeros}${zeros}${data.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0        0`,
    100,
  );
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc(1024 + ((512 - (data.length % 512)) % 512));
  return Buffer.concat([header, data, padding]);
}
