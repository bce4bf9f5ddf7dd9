import { randomBytes } from "node:crypto";
import type { Connection } from "./connection.ts";
import { methods } from "./messages.ts";

/** A lease that nobody ends, since its process was killed, ends by itself. */
const lifetimeMs = 60 * 60 * 1_000;

/** Does something whose parts containerd isn't to collect before they belong to something. */
export async function withLease<T>(connection: Connection, work: (lease: string) => Promise<T>): Promise<T> {
  const id = `slipway-${randomBytes(8).toString("hex")}`;
  const expires = new Date(Date.now() + lifetimeMs).toISOString();
  await connection.call(methods.createLease, { id, labels: { "containerd.io/gc.expire": expires } });
  try {
    return await work(id);
  } finally {
    await connection.find(methods.deleteLease, { id });
  }
}
