import { once } from "node:events";
import type { Writable } from "node:stream";
import { type BackendConfig, Client, type Container, type ContainerOptions, type LogChunk } from "@slipway/containers";
import { isSlipwayError } from "@slipway/errors";
import { Command, Option } from "commander";
import { timeLimit } from "@slipway/run";
import { CliError } from "../cli-error.ts";
import { FinishedWith } from "../finished-with.ts";
import type { Io, Output } from "../io.ts";

interface RunOptions {
  readonly env: readonly string[];
  readonly volume: readonly string[];
  readonly publish: readonly string[];
  readonly workdir?: string;
  readonly user?: string;
  readonly name?: string;
  readonly rm: boolean;
  readonly network?: string;
  readonly platform?: string;
  readonly pull: "always" | "missing" | "never";
  readonly timeout?: string;
  readonly backend?: BackendConfig["type"];
}

/** `slipway run`: runs a command in a container of its own. */
export function runCommand(io: Io): Command {
  const several = (value: string, before: readonly string[]): string[] => [...before, value];
  return new Command("run")
    .description("run a command in a container of its own, and end with its exit code")
    .argument("<image>", "the container's image")
    .argument("[command...]", "instead of the image's own command; after `--`")
    .option("-e, --env <name=value>", "set a variable; without a value: as it is here", several, [])
    .option("-v, --volume <source:target[:ro]>", "mount a folder or a volume", several, [])
    .option("-p, --publish <[[address:]host:]port>", "publish a port", several, [])
    .option("-w, --workdir <folder>", "the command's working directory")
    .option("--user <name|uid[:gid]>", "who runs the command")
    .option("--name <name>", "the container's name")
    .option("--no-rm", "leave the container at the end")
    .option("--network <name>", "the network that it is in; none, host")
    .option("--platform <os/arch>", "of the image, where it has several")
    .addOption(
      new Option("--pull <when>", "when to ask the registry")
        .choices(["always", "missing", "never"])
        .default("missing"),
    )
    .option("--timeout <seconds>", "end it after so long")
    .addOption(
      new Option("--backend <kind>", "where to run it: by default docker, else containerd").choices([
        "docker",
        "containerd",
      ]),
    )
    .action(async (image: string, command: readonly string[], options: RunOptions) => {
      const exitCode = await runIn(image, containerOptions(command, options, io), options, io);
      if (exitCode !== 0) throw new FinishedWith(exitCode);
    });
}

async function runIn(name: string, how: ContainerOptions, options: RunOptions, io: Io): Promise<number> {
  const limit = limitOf(options.timeout);
  const signal = limit ? AbortSignal.any([io.signal, limit]) : io.signal;
  const backend = options.backend && { type: options.backend, environment: io.env };
  const client = await Client.connect({ backend, environment: io.env, signal });
  try {
    const image = await client.image(name, { pull: options.pull, platform: options.platform, signal });
    const container = await image.instantiate({ ...how, keep: !options.rm, signal });
    return await exitCodeOf(container, options.rm, io, signal);
  } catch (error) {
    if (!limit?.aborted || io.signal.aborted) throw error;
    throw new CliError("CLI_TIMEOUT", `the container did not end within ${options.timeout} s, and was ended`);
  } finally {
    await client.close();
  }
}

async function exitCodeOf(container: Container, remove: boolean, io: Io, signal: AbortSignal): Promise<number> {
  const onOutput = async ({ stream, data }: LogChunk): Promise<void> => {
    const output = stream === "stdout" ? io.stdout : io.stderr;
    if (output.write(data) === false) await drained(output, signal);
  };
  try {
    await container.run({ signal, onOutput, remove, keepLogs: false });
    return 0;
  } catch (error) {
    if (isSlipwayError(error, "CONTAINERS_EXIT_CODE")) return (error as unknown as { exitCode: number }).exitCode;
    throw error;
  }
}

/** Whoever reads our output may be slow; what runs then waits. */
async function drained(output: Output, signal: AbortSignal): Promise<void> {
  await once(output as unknown as Writable, "drain", { signal }).catch(() => signal.throwIfAborted());
}

function containerOptions(command: readonly string[], options: RunOptions, io: Io): ContainerOptions {
  const { network } = options;
  // What has a meaning of its own to an engine is no network's name.
  const mode = network !== undefined && /^(none|host|bridge|default|container:.*)$/.test(network);
  return {
    ...(command.length > 0 ? { command } : {}),
    variables: variables(options.env, io),
    volumes: options.volume,
    ports: options.publish,
    workDir: options.workdir,
    user: options.user,
    name: options.name,
    ...(network === undefined ? {} : mode ? { networkMode: network } : { networks: [network] }),
  };
}

function variables(given: readonly string[], io: Io): Record<string, string> {
  const entries = given.flatMap((text): [string, string][] => {
    const at = text.indexOf("=");
    if (at === 0 || text === "") throw new CliError("CLI_BAD_OPTION", `--env takes NAME=VALUE; read \`${text}\``);
    const name = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? io.env[name] : text.slice(at + 1);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}

function limitOf(text: string | undefined): AbortSignal | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (seconds > 0 && seconds < 2 ** 31 / 1_000) return timeLimit(seconds * 1_000);
  throw new CliError("CLI_BAD_OPTION", `--timeout takes a number of seconds; read \`${text}\``);
}
