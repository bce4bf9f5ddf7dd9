import { expect, test } from "vitest";
import { Demultiplexer, type OutputStream } from "./demultiplexer.ts";

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

test("frames come apart whatever the chunks", () => {
  const all = Buffer.concat([frame(1, "one"), frame(2, "ERR"), frame(1, ""), frame(1, "two")]);
  for (let size = 1; size <= all.length; size++) {
    const got: Record<OutputStream, string> = { stdout: "", stderr: "" };
    const demultiplexer = new Demultiplexer((data, stream) => (got[stream] += data.toString()));
    for (let at = 0; at < all.length; at += size) demultiplexer.write(all.subarray(at, at + size));
    expect(got, `chunks of ${size}`).toEqual({ stdout: "onetwo", stderr: "ERR" });
  }
});
