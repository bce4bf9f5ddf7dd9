import { expect, test, vi } from "vitest";
import { Spool } from "./spool.ts";

test("no room for the temporary file is told of", async () => {
  vi.stubEnv("TMPDIR", "/nowhere/at/all");
  try {
    const spool = new Spool(0);
    const chunks = [Buffer.from("abc")];
    await spool.add(async () => chunks.shift());
    await expect(spool.flush()).rejects.toMatchObject({
      code: "CONTEXT_SPOOL_FAILED",
      hint: expect.stringContaining("TMPDIR"),
    });
    await spool.close();
  } finally {
    vi.unstubAllEnvs();
  }
});
