import { type PublishedPort, type UpEvent, type UpResult } from "@slipway/up";
import { formatDuration } from "./duration.ts";
import type { Output } from "./io.ts";
import { ServiceLines } from "./service-lines.ts";

/** Prints a project coming up, a line for each change of a container. */
export class UpReport {
  readonly #output: Output;
  readonly #lines: ServiceLines;
  readonly #since = performance.now();

  constructor(output: Output, services: readonly string[]) {
    this.#output = output;
    this.#lines = new ServiceLines(output, services);
  }

  event(event: UpEvent): void {
    if (event.type === "plan") return;
    if (event.type === "warning") {
      this.#output.write(`warning: ${event.message}\n`);
    } else if (event.type === "container") {
      const reason = event.reason ? ` (${event.reason})` : "";
      this.#lines.line(event.service, `${event.state}${reason}`);
    } else {
      this.#output.write(`${event.type} ${event.name} ${event.state}\n`);
    }
  }

  /** Where each service can be reached. */
  ready(result: UpResult): void {
    for (const [service, container] of Object.entries(result.containers)) {
      const addresses = addressesOf(container.ports);
      this.#lines.line(service, addresses.length > 0 ? `ready on ${addresses.join(", ")}` : "ready");
    }
    this.#output.write(`up in ${formatDuration(performance.now() - this.#since)}\n`);
  }
}

/** Where a container's published ports are reached from this machine, each once. */
export function addressesOf(ports: readonly PublishedPort[]): string[] {
  const addresses = ports.map(({ host, hostPort, protocol }) => {
    const everywhere = host === "" || host === "0.0.0.0" || host === "::";
    const name = everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
    return protocol === "tcp" ? `http://${name}:${hostPort}` : `${name}:${hostPort}/${protocol}`;
  });
  return [...new Set(addresses)];
}
