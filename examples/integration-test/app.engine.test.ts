import { Client, forPort } from "@slipway/containers";
import { expect, test } from "vitest";
import { visit } from "./app.ts";

test("visits are counted", async () => {
  await using client = await Client.connect();
  const image = await client.image("integration-test-store", { directory: import.meta.dirname });
  const store = await image.instantiate({ ports: [80], waitFor: forPort(80) });
  await store.start();
  const url = `http://${store.host}:${await store.port(80)}`;
  const before = await visit(url);
  expect(await visit(url)).toBe(before + 1);
});
