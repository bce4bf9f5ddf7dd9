import { engineError } from "@slipway/transport";
import type { DesiredContainer } from "./desired-state.ts";
import { UpError } from "./up-error.ts";

/** The HTTP status of an engine's refusal; undefined for an error of another kind. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** Runs `action`, for which it is as well if what it acts upon does not exist. */
export async function ignoreMissing(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/** Runs `action`, for which it is as well if it changes nothing: stopping what has stopped, starting what runs. */
export async function ignoreUnchanged(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (statusOf(error) !== 304) throw error;
  }
}

/** The error for an engine that refused to create or start the container of a service. */
export function containerFailure(error: unknown, container: DesiredContainer, doing: "create" | "start"): unknown {
  const status = statusOf(error);
  const text = engineText(error);
  const { service, name } = container;
  if (status === undefined) return engineError(error, `${doing} container ${name}`);
  const port = portInUse(text);
  if (port) return portError(container, port, error);
  if (doing === "create" && status === 409) {
    return new UpError("UP_NAME_IN_USE", `service ${service}: the container name ${name} is in use: ${text}`, {
      service,
      cause: error,
      hint: `remove or rename that container (\`docker rm ${name}\`), or give the project another name`,
    });
  }
  return new UpError(
    "UP_CONTAINER_FAILED",
    `service ${service}: the engine could not ${doing} its container: ${text}`,
    {
      service,
      cause: error,
      hint: hintFor(text),
    },
  );
}

/** The engine's own words, without what the client library puts around them. */
export function engineText(error: unknown): string {
  const json = (error as { json?: { message?: unknown } } | null)?.json?.message;
  if (typeof json === "string") return json.trim();
  return error instanceof Error ? error.message : String(error);
}

interface TakenPort {
  readonly host: string;
  readonly port: string;
}

/** The address that could not be bound, in the words of engines from 20.10 to 28. */
export function portInUse(text: string): TakenPort | undefined {
  if (!/port is already allocated|address already in use/.test(text)) return undefined;
  const patterns = [
    /Bind for (\S+):(\d+) failed/,
    /listen (?:tcp|udp|sctp)[46]? (\S+):(\d+)/,
    /bind host port (?:for )?(\S+?):(\d+)[:/]/,
    /exposing port \w+ (\S+):(\d+)/,
  ];
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match) return { host: match[1] ?? "", port: match[2] ?? "" };
  }
  return { host: "", port: "" };
}

function portError(container: DesiredContainer, taken: TakenPort, cause: unknown): UpError {
  const { service } = container;
  const bindings = Object.entries(
    (container.options.HostConfig?.PortBindings ?? {}) as Record<string, { HostIp: string; HostPort: string }[]>,
  );
  const entry = bindings.find(([, list]) => list.some(({ HostPort }) => HostPort === taken.port));
  const target = entry ? ` (for its port ${entry[0]})` : "";
  const where = taken.host === "" ? "" : ` on ${taken.host}`;
  return new UpError("UP_PORT_IN_USE", `service ${service}: port ${taken.port}${where} is in use${target}`, {
    service,
    cause,
    hint: `publish another port in \`ports:\` of service ${service} in the compose file, or stop what listens on ${taken.port}`,
  });
}

function hintFor(text: string): string | undefined {
  if (/executable file not found|no such file or directory/.test(text)) {
    return "check that `command` and `entrypoint` name a program that is in the image";
  }
  if (/invalid mount config|bind source path does not exist/.test(text)) {
    return "create the directory on the engine's machine, or set `bind.create_host_path: true`";
  }
  return undefined;
}
