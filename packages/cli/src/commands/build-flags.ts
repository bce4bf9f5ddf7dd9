import { statSync } from "node:fs";
import path from "node:path";
import {
  BuildError,
  type BuildOptions,
  checkOptions,
  type SecretSource,
  type SshSource,
  type Ulimit,
} from "@slipway/build";
import type { SharedBuildOptions } from "@slipway/multibuild";
import type { Command } from "commander";
import type { OptionProblems } from "../option-problems.ts";
import { collect } from "./project-options.ts";

/** What `withBuildFlags` adds to a command's options. */
export interface BuildFlags {
  readonly builder?: string;
  readonly secret?: string[];
  readonly ssh?: string[];
  readonly cacheFrom?: string[];
  readonly cacheTo?: string[];
  readonly addHost?: string[];
  readonly network?: string;
  readonly shmSize?: string;
  readonly ulimit?: string[];
  readonly memory?: string;
}

/** Adds the options of single builds, for all services alike; named and written as docker's are. */
export function withBuildFlags(command: Command): Command {
  return command
    .option("--builder <name>", "buildkit or classic (BuildKit where the engine has it)")
    .option("--secret <id=…,src=…>", "a secret for RUN --mount=type=secret: id=ID,src=FILE or id=ID,env=NAME", collect)
    .option(
      "--ssh <id[=…]>",
      "ssh for RUN --mount=type=ssh: ID, ID=SOCKET or ID=KEY[,KEY]; default is the usual id",
      collect,
    )
    .option("--cache-from <image>", "an image whose layers serve as cache", collect)
    .option("--cache-to <where>", "where the cache goes: inline", collect)
    .option("--add-host <name:address>", "an entry for /etc/hosts while building", collect)
    .option("--network <mode>", "the network of RUN: default, none, host")
    .option("--shm-size <size>", "the size of /dev/shm: 64m")
    .option("--ulimit <name=soft[:hard]>", "a limit for the processes of RUN", collect)
    .option("--memory <size>", "memory for each step: 512m (classic builder)");
}

/** The build options that these flags stand for. What cannot be is added to `problems`. */
export function buildFlagsOf(
  flags: BuildFlags,
  cwd: string,
  problems: OptionProblems,
): { readonly builder: BuildOptions["builder"]; readonly buildOptions: SharedBuildOptions } {
  const each = <T>(values: readonly string[], read: (text: string) => T | undefined): T[] =>
    values.map(read).filter((value) => value !== undefined);
  const { secret, ssh, ulimit, shmSize, memory, cacheFrom, cacheTo, addHost, network } = flags;
  for (const [flag, given] of Object.entries({ cacheFrom, cacheTo, addHost, network })) {
    if (given === "" || (given !== network && given?.includes("")))
      problems.add(`${optionNames.get(flag)} is given without a value`);
  }
  const present = (values: readonly string[]): string[] => values.filter((value) => value !== "");
  const buildOptions: SharedBuildOptions = {
    ...(secret
      ? {
          secrets: named(
            "--secret",
            each(secret, (text) => secretOf(text, cwd, problems)),
            problems,
          ),
        }
      : {}),
    ...(ssh
      ? {
          ssh: named(
            "--ssh",
            each(ssh, (text) => sshOf(text, cwd, problems)),
            problems,
          ),
        }
      : {}),
    ...(cacheFrom ? { cacheFrom: present(cacheFrom) } : {}),
    ...(cacheTo ? { cacheTo: present(cacheTo) } : {}),
    ...(addHost ? { extraHosts: present(addHost) } : {}),
    ...(network ? { networkMode: network } : {}),
    ...(shmSize === undefined ? {} : { shmSize: bytesOf("--shm-size", shmSize, problems) }),
    ...(ulimit ? { ulimits: Object.fromEntries(each(ulimit, (text) => ulimitOf(text, problems))) } : {}),
    ...(memory === undefined ? {} : { memory: bytesOf("--memory", memory, problems) }),
  };
  addOptionProblems(buildOptions, problems);
  return { builder: problems.choice("--builder", flags.builder, ["buildkit", "classic"]), buildOptions };
}

/** What the builds would refuse, each service by itself, is told once and of the flag. */
function addOptionProblems(options: SharedBuildOptions, problems: OptionProblems): void {
  try {
    checkOptions(options);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    for (const { message, hint, path: option = "" } of error.problems) {
      const flag = optionNames.get(option.split(/[.[]/)[0] ?? "");
      problems.add(flag === undefined ? message : `${flag}: ${message}`, hint);
    }
  }
}

/** The flags by the names of their values, here and among the build options. */
const optionNames: ReadonlyMap<string, string> = new Map([
  ["cacheFrom", "--cache-from"],
  ["cacheTo", "--cache-to"],
  ["addHost", "--add-host"],
  ["extraHosts", "--add-host"],
  ["network", "--network"],
  ["networkMode", "--network"],
  ["shmSize", "--shm-size"],
  ["ulimits", "--ulimit"],
  ["memory", "--memory"],
]);

/** By their ids, of which none is there twice. */
function named<T>(flag: string, entries: readonly [string, T][], problems: OptionProblems): Record<string, T> {
  const ids = entries.map(([id]) => id);
  for (const id of new Set(ids.filter((one, i) => ids.indexOf(one) !== i))) {
    problems.add(`${flag} gives the id ${id} more than once`, "give each an id of its own");
  }
  return Object.fromEntries(entries);
}

/** A secret as docker's `--secret` names one. What cannot be is added to `problems`. */
export function secretOf(text: string, cwd: string, problems: OptionProblems): [string, SecretSource] | undefined {
  const fields = new Map(text.split(",").map((field) => split(field, "=")));
  const id = fields.get("id");
  const file = fields.get("src") ?? fields.get("source");
  const env = fields.get("env");
  const known = [...fields.keys()].every((name) => ["id", "src", "source", "env"].includes(name));
  if (id && file && !env && known) return [id, { file: path.resolve(cwd, file) }];
  if (id && env && !file && known) return [id, { env }];
  // The text itself may hold what is secret.
  problems.add("--secret takes id=ID,src=FILE or id=ID,env=NAME");
  return undefined;
}

function sshOf(text: string, cwd: string, problems: OptionProblems): [string, SshSource] | undefined {
  const [id, sources] = split(text, "=");
  if (!id) {
    problems.add(`--ssh takes ID, ID=SOCKET or ID=KEY[,KEY]; read \`${text}\``);
    return undefined;
  }
  if (sources === "") return [id, "agent"];
  const files = sources.split(",").map((file) => path.resolve(cwd, file));
  const [socket = "", ...more] = files;
  // As docker has it, one path is either.
  const isSocket = more.length === 0 && statSync(socket, { throwIfNoEntry: false })?.isSocket();
  return [id, isSocket ? { socket } : { keys: files }];
}

function ulimitOf(text: string, problems: OptionProblems): [string, Ulimit] | undefined {
  const match = /^(\w+)=(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (!match) {
    problems.add(`--ulimit takes NAME=SOFT[:HARD]; read \`${text}\``);
    return undefined;
  }
  const [, name = "", soft, hard] = match;
  return [name, hard === undefined ? Number(soft) : { soft: Number(soft), hard: Number(hard) }];
}

function bytesOf(flag: string, text: string, problems: OptionProblems): number | undefined {
  const match = /^(\d+)([kmg]?)b?$/i.exec(text);
  if (match) return Number(match[1]) * 1024 ** ["", "k", "m", "g"].indexOf((match[2] ?? "").toLowerCase());
  problems.add(`${flag} takes a size, such as 64m; read \`${text}\``);
  return undefined;
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}
