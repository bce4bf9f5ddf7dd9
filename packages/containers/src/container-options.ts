import type { HealthCheck, Mount } from "./backend/container-spec.ts";
import type { Network } from "./network.ts";
import type { Volume } from "./volume.ts";
import type { WaitStrategy } from "./wait/wait-strategy.ts";

/** How to make a container of an image. What is left out is the image's own. An unknown option is an error. */
export interface ContainerOptions {
  readonly name?: string | undefined;
  /** Instead of the image's command; with `shell` a line for it. */
  readonly command?: readonly string[] | string | undefined;
  /** What is given the command as a line, as `["/bin/sh", "-c"]`; instead of the image's entrypoint. */
  readonly shell?: readonly string[] | undefined;
  /** Instead of the image's entrypoint and command. */
  readonly entrypoint?: readonly string[] | undefined;
  /** Environment variables, beside those of the image. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly workDir?: string | undefined;
  /** `name`, `uid` or `uid:gid` */
  readonly user?: string | undefined;
  readonly hostname?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `/folder:/target[:ro]` of the engine's machine, `name:/target[:ro]` of a volume, or a mount in full. */
  readonly volumes?: readonly (string | VolumeMount | Mount)[] | undefined;
  /** Folders in memory: their paths, with their sizes in bytes or none. */
  readonly tmpfs?: Readonly<Record<string, number | undefined>> | readonly string[] | undefined;
  /** Ports of the container: the number alone for a free port, `"8080:80"`, `"127.0.0.1:8080:80/tcp"`. */
  readonly ports?: readonly (number | string)[] | undefined;
  /** Networks that it is in: by name, or as `client.network()` made them, with what others may call it there. */
  readonly networks?: readonly (string | Network | NetworkOptions)[] | undefined;
  /** `none`, `host`, or what else the engine knows; not together with `networks`. */
  readonly networkMode?: string | undefined;
  readonly healthCheck?: HealthCheck | undefined;
  /** Bytes. */
  readonly memory?: number | undefined;
  /** How many processors; 0.5 is half of one. */
  readonly cpus?: number | undefined;
  readonly privileged?: boolean | undefined;
  /** A first process of the engine's, which reaps orphans and passes signals on. */
  readonly init?: boolean | undefined;
  /** Entries for /etc/hosts: address by name; `host-gateway` is the engine's machine. */
  readonly extraHosts?: Readonly<Record<string, string>> | undefined;
  /** When `start()` takes it for ready; at once without. */
  readonly waitFor?: WaitStrategy | undefined;
  /** How long that may take, in ms. Default: one minute. */
  readonly readyWithinMs?: number | undefined;
  /** How long `stop()` waits before it kills, in ms. Default: ten seconds. */
  readonly stopWithinMs?: number | undefined;
  /** Leave it at the end: it belongs to no run, and only `clean` and whoever asks for it remove it. */
  readonly keep?: boolean | undefined;
  /** Use a container again that was made of the same image and options with `reuse`; it is left running at the end. */
  readonly reuse?: boolean | undefined;
}

/** A volume that `client.volume()` made, in a container. */
export interface VolumeMount {
  readonly volume: Volume;
  readonly target: string;
  readonly readOnly?: boolean | undefined;
}

/** A network with what others in it may call the container. */
export interface NetworkOptions {
  readonly network: string | Network;
  readonly aliases?: readonly string[] | undefined;
}
