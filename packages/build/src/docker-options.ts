import type { ConnectOptions } from "@slipway/transport";
import { BuildError } from "./build-error.ts";

/** Where an engine is, in dockerode's words; all left out: where the environment says. */
export interface DockerOptions {
  readonly socketPath?: string | undefined;
  /** A host's name or address, or a whole `tcp://…` address. */
  readonly host?: string | undefined;
  /** Default: 2375. */
  readonly port?: number | string | undefined;
  readonly protocol?: "http" | undefined;
}

const known = new Set(["socketPath", "host", "port", "protocol"]);

/**
 * The engine's address for dockerode's options.
 *
 * @throws {BuildError} `BUILD_BAD_OPTION` for options that Slipway does not read, such as TLS material
 */
export function connectOptions(options: DockerOptions): ConnectOptions {
  const { socketPath, host, port = 2375, protocol } = options;
  const others = Object.entries(options).flatMap(([name, value]) =>
    value === undefined || known.has(name) ? [] : [`\`${name}\``],
  );
  if (others.length > 0 || (protocol !== undefined && protocol !== "http")) {
    throw new BuildError("BUILD_BAD_OPTION", `cannot reach an engine by ${others.join(", ") || "https"}`, {
      hint: "make the dockerode yourself and give it to Builder.fromDockerode",
    });
  }
  if (socketPath !== undefined) return { host: `unix://${socketPath.replace(/^unix:\/\//, "")}` };
  if (host === undefined) return {};
  return { host: /^\w+:\/\//.test(host) ? host : `tcp://${host.includes(":") ? `[${host}]` : host}:${port}` };
}
