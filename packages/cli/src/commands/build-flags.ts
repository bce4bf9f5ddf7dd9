import { statSync } from "node:fs";
import path from "node:path";
import type { BuildOptions, SecretSource, SshSource, Ulimit } from "@slipway/build";
import type { SharedBuildOptions } from "@slipway/multibuild";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
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

/** The build options that these flags stand for. */
export function buildFlagsOf(
  flags: BuildFlags,
  cwd: string,
): { readonly builder: BuildOptions["builder"]; readonly buildOptions: SharedBuildOptions } {
  const { builder } = flags;
  if (builder !== undefined && builder !== "buildkit" && builder !== "classic") {
    throw new CliError("CLI_BAD_OPTION", `--builder takes buildkit or classic; read \`${builder}\``);
  }
  return {
    builder,
    buildOptions: {
      ...(flags.secret ? { secrets: Object.fromEntries(flags.secret.map((text) => secretOf(text, cwd))) } : {}),
      ...(flags.ssh ? { ssh: Object.fromEntries(flags.ssh.map((text) => sshOf(text, cwd))) } : {}),
      ...(flags.cacheFrom ? { cacheFrom: flags.cacheFrom } : {}),
      ...(flags.cacheTo ? { cacheTo: flags.cacheTo } : {}),
      ...(flags.addHost ? { extraHosts: flags.addHost } : {}),
      ...(flags.network === undefined ? {} : { networkMode: flags.network }),
      ...(flags.shmSize === undefined ? {} : { shmSize: bytesOf("--shm-size", flags.shmSize) }),
      ...(flags.ulimit ? { ulimits: Object.fromEntries(flags.ulimit.map(ulimitOf)) } : {}),
      ...(flags.memory === undefined ? {} : { memory: bytesOf("--memory", flags.memory) }),
    },
  };
}

/** A secret as docker's `--secret` names one. */
export function secretOf(text: string, cwd: string): [string, SecretSource] {
  const fields = new Map(text.split(",").map((field) => split(field, "=")));
  const id = fields.get("id");
  const file = fields.get("src") ?? fields.get("source");
  const env = fields.get("env");
  const known = [...fields.keys()].every((name) => ["id", "src", "source", "env"].includes(name));
  if (id && file && !env && known) return [id, { file: path.resolve(cwd, file) }];
  if (id && env && !file && known) return [id, { env }];
  // The text itself may hold what is secret.
  throw new CliError("CLI_BAD_OPTION", "--secret takes id=ID,src=FILE or id=ID,env=NAME");
}

function sshOf(text: string, cwd: string): [string, SshSource] {
  const [id, sources] = split(text, "=");
  if (!id) throw new CliError("CLI_BAD_OPTION", `--ssh takes ID, ID=SOCKET or ID=KEY[,KEY]; read \`${text}\``);
  if (sources === "") return [id, "agent"];
  const files = sources.split(",").map((file) => path.resolve(cwd, file));
  const [socket = "", ...more] = files;
  // As docker has it, one path is either.
  const isSocket = more.length === 0 && statSync(socket, { throwIfNoEntry: false })?.isSocket();
  return [id, isSocket ? { socket } : { keys: files }];
}

function ulimitOf(text: string): [string, Ulimit] {
  const match = /^(\w+)=(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (!match) throw new CliError("CLI_BAD_OPTION", `--ulimit takes NAME=SOFT[:HARD]; read \`${text}\``);
  const [, name = "", soft, hard] = match;
  return [name, hard === undefined ? Number(soft) : { soft: Number(soft), hard: Number(hard) }];
}

function bytesOf(flag: string, text: string): number {
  const match = /^(\d+)([kmg]?)b?$/i.exec(text);
  if (!match) throw new CliError("CLI_BAD_OPTION", `${flag} takes a size, such as 64m; read \`${text}\``);
  return Number(match[1]) * 1024 ** ["", "k", "m", "g"].indexOf((match[2] ?? "").toLowerCase());
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}
