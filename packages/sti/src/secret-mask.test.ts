import { expect, test } from "vitest";
import { SecretMask } from "./secret-mask.ts";

test("secrets are masked, however output is cut", () => {
  const text = "token=hunter22; hunter2 hunt hunter22\nend hun";
  for (let cut = 0; cut <= text.length; cut += 1) {
    const mask = new SecretMask(["hunter22\n", "hunter2", "abc"]);
    expect(mask.write(text.slice(0, cut)) + mask.write(text.slice(cut)) + mask.end()).toBe(
      "token=***; *** hunt ***\nend hun",
    );
  }
});
