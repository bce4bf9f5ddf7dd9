import { expect, test } from "vitest";
import { MarkerReader } from "./marker-reader.ts";

test("words and data come apart whatever the chunks", () => {
  const all = Buffer.from("before@@@p 12\nbetween@@ and @@@x 3\nafter@@");
  for (let size = 1; size <= all.length; size++) {
    const words: string[] = [];
    let data = "";
    const reader = new MarkerReader(
      "@@@",
      (chunk) => (data += chunk.toString()),
      (word) => words.push(word),
    );
    for (let at = 0; at < all.length; at += size) reader.write(all.subarray(at, at + size));
    reader.end();
    expect({ words, data }, `chunks of ${size}`).toEqual({
      words: ["p 12", "x 3"],
      data: "beforebetween@@ and after@@",
    });
  }
});
