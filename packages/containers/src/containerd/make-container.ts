import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { status } from "@grpc/grpc-js";
import type { ContainerSpec } from "../backend/container-spec.ts";
import { ContainersError } from "../containers-error.ts";
import { cannot } from "./cannot.ts";
import { type Connection, isStatus } from "./connection.ts";
import { findUser, type FoundUser, rootUser } from "./find-user.ts";
import { type ImageContent, platformName, readImageContent } from "./image-content.ts";
import { methods, type SnapshotMount } from "./messages.ts";
import { fullName } from "./pull.ts";
import { withRootfs } from "./rootfs.ts";
import { runtimeSpec } from "./runtime-spec.ts";
import { unpack } from "./unpack.ts";
import { withLease } from "./with-lease.ts";

/** The signal that a container's image wants to be stopped with. */
export const stopSignalLabel = "dev.slipway.containers.stop-signal";
const platformLabel = "dev.slipway.containers.platform";
const specType = "types.containerd.io/opencontainers/runtime-spec/1/Spec";

/** Where a container's files are. */
export interface ContainerPlace {
  readonly snapshotter: string;
  /** For its logs and what is mounted over its own files. */
  readonly folder: string;
}

/** Makes a container with a snapshot and a folder of its own; where anything fails, none of them is left. */
export async function makeContainer(
  connection: Connection,
  id: string,
  spec: ContainerSpec,
  { snapshotter, folder }: ContainerPlace,
): Promise<void> {
  refuse(spec);
  const record = (await connection.find(methods.getImage, { name: fullName(spec.image) }))?.image;
  if (!record?.target) {
    throw new ContainersError("CONTAINERS_IMAGE_MISSING", `containerd has no image ${spec.image}`, {
      hint: "pull it first",
    });
  }
  const content = await readImageContent(connection, record.target, spec.platform);
  await withLease(connection, async (lease) => {
    await unpack(connection, snapshotter, content, { lease });
    const key = { snapshotter, key: `slipway-${id}` };
    try {
      const prepare = { ...key, parent: content.chainId };
      const { mounts } = await connection.call(methods.prepareSnapshot, prepare, { lease });
      try {
        const made = await specOf(id, folder, spec, content, mounts);
        const { StopSignal: stopSignal } = content.config.config ?? {};
        const labels = {
          ...spec.labels,
          [platformLabel]: platformName(content.config),
          ...(stopSignal ? { [stopSignalLabel]: stopSignal } : {}),
        };
        const container = {
          id,
          image: fullName(spec.image),
          labels,
          runtime: { name: "io.containerd.runc.v2" },
          spec: { type_url: specType, value: Buffer.from(JSON.stringify(made)) },
          snapshotter,
          snapshot_key: key.key,
        };
        await connection.call(methods.createContainer, { container }, { lease });
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        await connection.find(methods.removeSnapshot, key);
        throw error;
      }
    } catch (error) {
      if (!isStatus(error, status.ALREADY_EXISTS)) throw error;
      throw new ContainersError("CONTAINERS_CONTAINER_CREATE", `there is a container named ${id} already`, {
        cause: error,
      });
    }
  });
}

async function specOf(
  id: string,
  folder: string,
  spec: ContainerSpec,
  { config: image }: ImageContent,
  mounts: readonly SnapshotMount[],
): Promise<object> {
  const asked = spec.user ?? image.config?.User ?? "";
  const user: FoundUser =
    asked === "" || asked === "root" || asked === "0"
      ? rootUser
      : await withRootfs(mounts, (root) => findUser(root, asked));
  const hostname = spec.hostname ?? id.slice(0, 12);
  const files = await ownFiles(folder, spec, hostname);
  const made = runtimeSpec(spec, { id, image, user, hostname, files });
  if (made.process.args.length > 0) return made;
  throw new ContainersError("CONTAINERS_CONTAINER_OPTIONS", `the image ${spec.image} has no command`, {
    hint: "give one as `command`",
  });
}

/** The files that its output goes to, and those that are put over its own, by their paths there. */
async function ownFiles(folder: string, spec: ContainerSpec, hostname: string): Promise<Record<string, string>> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const own = async (name: string, text: string): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, text, { mode: 0o644 });
    return file;
  };
  for (const name of ["stdout", "stderr"]) await own(name, "");
  const hosts = Object.entries({ localhost: "127.0.0.1", [hostname]: "127.0.1.1", ...spec.extraHosts });
  const resolver = spec.networkMode === "host" ? await readFile("/etc/resolv.conf", "utf8").catch(() => "") : "";
  return {
    "/etc/hosts": await own("hosts", hosts.map(([name, address]) => `${address}\t${name}\n`).join("")),
    "/etc/hostname": await own("hostname", `${hostname}\n`),
    "/etc/resolv.conf": await own("resolv.conf", resolver),
  };
}

function refuse({ networkMode = "none", init, extraHosts }: ContainerSpec): void {
  if (networkMode !== "none" && networkMode !== "host") {
    throw cannot(`attach a container to the network \`${networkMode}\``, "it knows `none` and `host`");
  }
  if (init) throw cannot("add a first process to a container", "leave `init` out");
  if (Object.values(extraHosts).includes("host-gateway")) {
    throw cannot("give containers a way to the machine", 'use `networkMode: "host"`');
  }
}
