// Transposition: a long Dockerfile beside the older transposer, and a large context beside reading it alone.
// Run `npm run build` first: it is the compiled code that is measured.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { packEntries, readEntries } from "@slipway/context";
import { transpose, transposeTarStream } from "@slipway/emulate";
import { compare, report } from "./shared/measure.mjs";
import { peer } from "./shared/peer.mjs";

const older = await peer("@balena/compose", "8.0.5");

const cycle = [
  "RUN apt-get update && apt-get install -y curl",
  "RUN make all \\",
  "    && make install",
  'ENV NAME=value OTHER="two words"',
  "COPY --chown=me:me src/ lib/ /app/",
  "# a comment",
  'RUN ["node", "-e", "1"]',
  'LABEL a.b="c d"',
];
const source = `FROM base AS build\n${Array.from({ length: 1999 }, (_, i) => cycle[i % cycle.length]).join("\n")}\n`;
const options = { hostQemu: "q/qemu", containerQemu: "/usr/bin/qemu" };
const olderOptions = { hostQemuPath: "q/qemu", containerQemuPath: "/usr/bin/qemu" };
report(
  "2000 lines",
  await compare(
    {
      "slipway transpose": () => transpose(source, options),
      "@balena/compose 8 transpose": () => older.emulate.transpose(source, olderOptions),
    },
    25,
  ),
);

const folder = await mkdtemp(path.join(tmpdir(), "bench-emulate-"));
try {
  const qemu = path.join(folder, "qemu");
  await writeFile(qemu, Buffer.alloc(6_000_000, 7));
  const archive = path.join(folder, "context.tar");
  const chunk = Buffer.alloc(1024 * 1024, 1);
  // Files of 1 MiB, as large ones of a project are; 300 of them.
  const entries = function* () {
    yield { header: { name: "Dockerfile", type: /** @type {const} */ ("file") }, body: "FROM a\nRUN b\n" };
    for (let i = 0; i < 300; i++) yield { header: { name: `f${i}`, type: /** @type {const} */ ("file") }, body: chunk };
  };
  await pipeline(packEntries(entries()), createWriteStream(archive));
  const drain = async (/** @type {AsyncIterable<Buffer>} */ stream) => {
    let size = 0;
    for await (const piece of stream) {
      size += piece.length;
    }
    return size;
  };
  const reading = () => drain(createReadStream(archive));
  const readingEntries = async () => {
    for await (const { body } of readEntries(createReadStream(archive))) await drain(body);
  };
  const transposed = () =>
    transposeTarStream(createReadStream(archive), { hostQemu: qemu, containerQemu: "/usr/bin/qemu" });
  const transposing = async () => drain(await transposed());
  const all = { "reading it": reading, "reading its entries": readingEntries, "transposing it": transposing };
  report("a tar of 300 MiB", await compare(all, 9));
  const before = process.memoryUsage.rss();
  let peak = 0;
  let pieces = 0;
  for await (const _ of await transposed()) {
    pieces += 1;
    // Asking takes longer than a piece does.
    if (pieces % 50 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  console.log(`memory while transposing: at most ${Math.round((peak - before) / 2 ** 20)} MiB more than before`);
} finally {
  await rm(folder, { recursive: true });
}
