import { didYouMean, type Problem } from "@slipway/errors";
import type { ContainerSpec, Mount, NetworkAttachment, Port } from "./backend/container-spec.ts";
import { ContainersError, type ContainersErrorCode } from "./containers-error.ts";
import type { ContainerOptions, NetworkOptions, VolumeMount } from "./container-options.ts";
import { parsePort } from "./parse-port.ts";
import { parseVolume } from "./parse-volume.ts";

const known: Readonly<Record<keyof ContainerOptions, true>> = {
  name: true,
  command: true,
  shell: true,
  entrypoint: true,
  variables: true,
  workDir: true,
  user: true,
  hostname: true,
  labels: true,
  volumes: true,
  tmpfs: true,
  ports: true,
  networks: true,
  networkMode: true,
  healthCheck: true,
  memory: true,
  cpus: true,
  privileged: true,
  init: true,
  extraHosts: true,
  waitFor: true,
  readyWithinMs: true,
  stopWithinMs: true,
  keep: true,
  reuse: true,
};

/**
 * What a backend is asked for.
 * @throws ContainersError CONTAINERS_CONTAINER_OPTIONS, with all mistakes
 */
export function readContainerOptions(
  image: string,
  given: ContainerOptions,
  platform: string | undefined,
): ContainerSpec {
  const problems: Problem<ContainersErrorCode>[] = [];
  const bad = (path: string, message: string, hint?: string): void => {
    problems.push({ code: "CONTAINERS_CONTAINER_OPTIONS", message, path, ...(hint ? { hint } : {}) });
  };
  // What is null is left out, as what is undefined.
  const options = Object.fromEntries(
    Object.entries(given).filter(([, value]) => (value as unknown) !== null),
  ) as ContainerOptions;
  for (const name of Object.keys(options)) {
    if (name in known) continue;
    const near = didYouMean(name, Object.keys(known));
    bad(name, `there is no container option \`${name}\``, near && `did you mean \`${near}\`?`);
  }
  const spec: ContainerSpec = {
    image,
    name: options.name,
    ...commandOf(options, bad),
    variables: variablesOf(options, bad),
    workDir: options.workDir,
    user: options.user,
    hostname: options.hostname,
    labels: options.labels ?? {},
    mounts: mountsOf(options, bad),
    ports: checkList("ports", options.ports, bad).flatMap((port, index) =>
      portOf(port as number | string, `ports[${index}]`, bad),
    ),
    networks: networksOf(options, bad),
    networkMode: options.networkMode,
    platform,
    healthCheck: options.healthCheck,
    memory: options.memory,
    cpus: options.cpus,
    privileged: options.privileged ?? false,
    init: options.init ?? false,
    extraHosts: options.extraHosts ?? {},
  };
  for (const name of ["memory", "cpus", "readyWithinMs", "stopWithinMs"] as const) {
    const value = options[name];
    const least = name === "stopWithinMs" ? 0 : Number.MIN_VALUE;
    if (value !== undefined && !(value >= least)) bad(name, `${name} is ${value}; a positive number was expected`);
  }
  if (spec.networks.length > 0 && spec.networkMode !== undefined) {
    bad("networkMode", `networkMode is \`${spec.networkMode}\`, but networks are given too`, "give one of them");
  }
  if (options.reuse && options.name !== undefined) {
    bad("reuse", "a container that is used again has no name of its own", "leave `name` out");
  }
  if (problems.length > 0) throw ContainersError.of(problems);
  return spec;
}

function checkWords(name: string, words: unknown, bad: Bad): boolean {
  if (words === undefined || (Array.isArray(words) && words.every((word) => typeof word === "string"))) return true;
  bad(name, `${name} is ${shown(words)}; a list of texts was expected`);
  return false;
}

function checkList(name: string, value: unknown, bad: Bad): readonly unknown[] {
  if (value === undefined || Array.isArray(value)) return (value as readonly unknown[] | undefined) ?? [];
  bad(name, `${name} is ${shown(value)}; a list was expected`);
  return [];
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

type Bad = (path: string, message: string, hint?: string) => void;

function commandOf(options: ContainerOptions, bad: Bad): Pick<ContainerSpec, "entrypoint" | "command"> {
  const { command, shell, entrypoint } = options;
  const words = typeof command === "string" ? undefined : command;
  const areWords = [
    checkWords("command", words, bad),
    checkWords("shell", shell, bad),
    checkWords("entrypoint", entrypoint, bad),
  ];
  if (areWords.includes(false)) return {};
  if (shell) {
    if (entrypoint) bad("shell", "shell and entrypoint are both given", "give one of them");
    if (shell.length === 0) bad("shell", "shell is empty", 'it is a command such as ["/bin/sh", "-c"]');
    if (command === undefined) bad("shell", "shell is given, but no command for it");
    const line = typeof command === "string" ? command : (command ?? []).join(" ");
    return { entrypoint: shell, command: [line] };
  }
  if (typeof command === "string") {
    bad("command", `the command is the text \`${command}\``, "give its words as a list, or a `shell` that reads it");
    return {};
  }
  return { entrypoint, command };
}

function variablesOf(options: ContainerOptions, bad: Bad): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(options.variables ?? {})) {
    if (name === "" || name.includes("=")) bad(`variables.${name}`, `\`${name}\` is no name for a variable`);
    if (typeof value !== "string") bad(`variables.${name}`, `the variable ${name} is ${typeof value}, not text`);
  }
  return options.variables ?? {};
}

function mountsOf(options: ContainerOptions, bad: Bad): Mount[] {
  const volumes = checkList("volumes", options.volumes, bad) as NonNullable<ContainerOptions["volumes"]>;
  const mounts = volumes.flatMap((volume, index): Mount[] => {
    if (typeof volume !== "string" && !isMount(volume)) {
      bad(`volumes[${index}]`, `${shown(volume)} is no volume`, 'expected "SOURCE:TARGET[:ro]" or { volume, target }');
      return [];
    }
    if (typeof volume === "string") {
      const parsed = parseVolume(volume);
      if (typeof parsed !== "string") return [parsed];
      bad(`volumes[${index}]`, parsed, "expected SOURCE:TARGET[:ro]");
      return [];
    }
    return ["volume" in volume ? fromVolume(volume) : volume];
  });
  const tmpfs: readonly [string, number | undefined][] = Array.isArray(options.tmpfs)
    ? (options.tmpfs as string[]).map((target): [string, undefined] => [target, undefined])
    : Object.entries((options.tmpfs ?? {}) as Record<string, number | undefined>);
  mounts.push(...tmpfs.map(([target, size]): Mount => ({ type: "tmpfs", target, size })));
  for (const { target } of mounts) {
    if (!target.startsWith("/")) bad("volumes", `the mount's target \`${target}\` is no absolute path`);
  }
  return mounts;
}

function isMount(given: unknown): given is VolumeMount | Mount {
  const { volume, type, source, target } = (given ?? {}) as Record<string, unknown>;
  if (typeof target !== "string") return false;
  if (volume !== undefined) return typeof (volume as { name?: unknown } | null)?.name === "string";
  return type === "tmpfs" || ((type === "bind" || type === "volume") && typeof source === "string");
}

function fromVolume({ volume, target, readOnly }: VolumeMount): Mount {
  return { type: "volume", source: volume.name, target, readOnly: readOnly ?? false };
}

function portOf(port: number | string, path: string, bad: Bad): Port[] {
  const parsed = parsePort(port);
  if (typeof parsed !== "string") return [parsed];
  bad(path, parsed, "expected CONTAINER, HOST:CONTAINER or ADDRESS:HOST:CONTAINER, each with /udp if it is");
  return [];
}

function networksOf(options: ContainerOptions, bad: Bad): NetworkAttachment[] {
  const networks = checkList("networks", options.networks, bad) as NonNullable<ContainerOptions["networks"]>;
  return networks.flatMap((given, index) => {
    const { network, aliases = [] }: NetworkOptions =
      typeof given === "object" && given !== null && "network" in given ? given : { network: given };
    const name = typeof network === "string" ? network : (network as { name?: unknown } | null)?.name;
    if (typeof name === "string" && name !== "") return [{ network: name, aliases }];
    bad(`networks[${index}]`, `${shown(given)} is no network`, "expected a name, or what `client.network()` gives");
    return [];
  });
}
