import { expect, test } from "vitest";
import { checkImageOptions } from "./check-image-options.ts";

test.each(["busybox", "host:5000/a/b:1", `a@sha256:${"0".repeat(64)}`, `sha256:${"0".repeat(64)}`, "0123456789ab"])(
  "%s is an image",
  async (name) => {
    await checkImageOptions(name, {});
  },
);

test("all mistakes of a name and its options at once", async () => {
  const options = { pulll: "never", pull: "sometimes", build: Buffer.alloc(0), directory: "." } as never;
  await expect(checkImageOptions("Not A Name", options)).rejects.toMatchObject({
    code: "CONTAINERS_IMAGE_OPTIONS",
    problems: [
      { path: "name", message: expect.stringContaining("Not A Name") },
      { path: "pulll", hint: "did you mean `pull`?" },
      { path: "pull", message: expect.stringContaining("sometimes") },
      { path: "build" },
    ],
  });
  await expect(checkImageOptions("a", { dockerfile: "Dockerfile" })).rejects.toMatchObject({
    code: "CONTAINERS_IMAGE_OPTIONS",
  });
});
