import { readFile } from "node:fs/promises";
import type { SecretSource } from "@slipway/build";
import { StiError } from "./sti-error.ts";

/** The contents of secrets, by id. */
export async function readSecrets(
  sources: Readonly<Record<string, SecretSource>>,
): Promise<ReadonlyMap<string, Buffer>> {
  const entries = Object.entries(sources).map(async ([id, source]) => [id, await contentOf(id, source)] as const);
  return new Map(await Promise.all(entries));
}

async function contentOf(id: string, source: SecretSource): Promise<Buffer> {
  const missing = (cause?: unknown): StiError =>
    new StiError("STI_BAD_REQUEST", `secret ${id} cannot be read`, {
      cause,
      hint: "give a file, a variable or a value",
    });
  if ("value" in source) return Buffer.from(source.value as string);
  if ("env" in source) {
    const value = process.env[source.env];
    if (value === undefined) throw missing();
    return Buffer.from(value);
  }
  return readFile(source.file).catch((cause: unknown) => {
    throw missing(cause);
  });
}
