import type Dockerode from "dockerode";
import type { Engine } from "./engine.ts";

/** Takes an {@link Engine} or a Dockerode handle of the caller's own, which stays the caller's to close. */
export function toEngine(handle: Engine | Dockerode): Engine {
  if ("docker" in handle) return handle;
  const { socketPath, host, port, protocol } = handle.modem as unknown as Record<string, string | number | undefined>;
  return {
    docker: handle,
    host: socketPath ? `unix://${socketPath}` : `${protocol === "ssh" ? "ssh" : "tcp"}://${host}:${port}`,
    source: "a Dockerode handle",
    close: () => undefined,
  };
}
