import { expect, test } from "vitest";
import { Client } from "./client.ts";

test("run: outputs apart, exit code with logs", async () => {
  await using client = await Client.connect();
  const image = await client.image("slipway-base/busybox:1", { pull: "missing" });
  const container = await image.instantiate({ command: ["sh", "-c", "echo out; echo err >&2"] });
  const logs = await container.run();
  expect(await logs.text("stderr")).toBe("err\n");
  expect(await logs.text("stdout")).toBe("out\n");
  const failing = await image.instantiate({ shell: ["sh", "-c"], command: "echo why >&2; exit 3" });
  await expect(failing.run()).rejects.toMatchObject({
    code: "CONTAINERS_EXIT_CODE",
    exitCode: 3,
    message: expect.stringContaining("why"),
  });
  await expect(failing.inspect()).rejects.toMatchObject({ code: "CONTAINERS_CONTAINER_INSPECT" });
});
