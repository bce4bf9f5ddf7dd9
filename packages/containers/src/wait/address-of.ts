import type { Container } from "../container.ts";

/** Where a port of a container is reached from here. A container in its machine's network has that machine's ports. */
export async function addressOf(
  container: Container,
  port: number,
  signal: AbortSignal,
): Promise<{ host: string; port: number }> {
  if (container.spec.networkMode === "host") return { host: "127.0.0.1", port };
  return { host: container.host, port: await container.port(port, "tcp", { signal }) };
}
