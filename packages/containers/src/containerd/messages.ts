import { message, type Message } from "./message.ts";

// Messages of containerd's API (api/services/*/v1, api/types): names and numbers are its own, what we don't use is left out.

/** A value whose type is named in it. */
export interface Any {
  readonly type_url: string;
  readonly value: Buffer;
}
const any: Message<Any> = message({ type_url: [1, "string"], value: [2, "bytes"] });

/** How a snapshot becomes a file system. */
export interface SnapshotMount {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly options: readonly string[];
}
const mount: Message<SnapshotMount> = message({
  type: [1, "string"],
  source: [2, "string"],
  target: [3, "string"],
  options: [4, "strings"],
});

/** What is in the content store, by its digest. */
export interface Descriptor {
  readonly media_type: string;
  readonly digest: string;
  readonly size: number;
}
const descriptor: Message<Descriptor> = message({
  media_type: [1, "string"],
  digest: [2, "string"],
  size: [3, "number"],
});

/** A container as containerd keeps it; it runs as a task. */
export interface ContainerRecord {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly runtime: { readonly name: string } | undefined;
  readonly spec: Any | undefined;
  readonly snapshotter: string;
  readonly snapshot_key: string;
  readonly created_at: Date | undefined;
}
const container: Message<ContainerRecord> = message({
  id: [1, "string"],
  labels: [2, "map"],
  image: [3, "string"],
  runtime: [4, message({ name: [1, "string"] })],
  spec: [5, any],
  snapshotter: [6, "string"],
  snapshot_key: [7, "string"],
  created_at: [8, "time"],
});

/** An image's name and what it stands for. */
export interface ImageRecord {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: Descriptor | undefined;
  readonly created_at: Date | undefined;
  readonly updated_at: Date | undefined;
}
const image: Message<ImageRecord> = message({
  name: [1, "string"],
  labels: [2, "map"],
  target: [3, descriptor],
  created_at: [7, "time"],
  updated_at: [8, "time"],
});

/** A task, or a process in it. */
export interface TaskProcess {
  readonly container_id: string;
  readonly id: string;
  readonly pid: number;
  /** 1 created, 2 running, 3 stopped, 4 paused, 5 pausing */
  readonly status: number;
  readonly exit_status: number;
}
const taskProcess: Message<TaskProcess> = message({
  container_id: [1, "string"],
  id: [2, "string"],
  pid: [3, "number"],
  status: [4, "number"],
  exit_status: [9, "number"],
});

const mask: Message<{ readonly paths: readonly string[] }> = message({ paths: [1, "strings"] });
const empty: Message<object> = message({});
const byId: Message<{ readonly id: string }> = message({ id: [1, "string"] });
const byName: Message<{ readonly name: string }> = message({ name: [1, "string"] });
const filters: Message<{ readonly filters: readonly string[] }> = message({ filters: [1, "strings"] });
const aContainer: Message<{ readonly container: ContainerRecord | undefined }> = message({ container: [1, container] });
const anImage: Message<{ readonly image: ImageRecord | undefined }> = message({ image: [1, image] });
const mounts: Message<{ readonly mounts: readonly SnapshotMount[] }> = message({ mounts: [1, [mount]] });
const aProcess: Message<ProcessAddress> = message({ container_id: [1, "string"], exec_id: [2, "string"] });
const exit: Message<{ readonly exit_status: number }> = message({ exit_status: [1, "number"] });

interface ProcessAddress {
  readonly container_id: string;
  /** Empty for the task's own process. */
  readonly exec_id: string;
}

interface SnapshotRequest {
  readonly snapshotter: string;
  readonly key: string;
  readonly parent: string;
  readonly labels: Readonly<Record<string, string>>;
}
const snapshot: Message<SnapshotRequest> = message({
  snapshotter: [1, "string"],
  key: [2, "string"],
  parent: [3, "string"],
  labels: [4, "map"],
});
const snapshotKey: Message<{ readonly snapshotter: string; readonly key: string }> = message({
  snapshotter: [1, "string"],
  key: [2, "string"],
});

/** A call of the API: its path, what is sent, what comes back. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
}

function method<Request, Response>(
  path: string,
  request: Message<Request>,
  response: Message<Response>,
): Method<Request, Response> {
  const [service = "", name] = path.split(".");
  return { path: `/containerd.services.${service.toLowerCase()}.v1.${service}/${name}`, request, response };
}

/** A piece of content that is written. */
export interface WriteRequest {
  /** 1 write, 2 commit */
  readonly action: number;
  readonly ref: string;
  readonly total: number;
  readonly expected: string;
  readonly offset: number;
  readonly data: Buffer;
  readonly labels: Readonly<Record<string, string>>;
}

interface ExecRequest extends ProcessAddress {
  readonly stdout: string;
  readonly stderr: string;
  readonly spec: Any | undefined;
}

interface CreateTask {
  readonly container_id: string;
  readonly rootfs: readonly SnapshotMount[];
  readonly stdout: string;
  readonly stderr: string;
}

/** The calls that we make. */
export const methods: {
  readonly version: Method<object, { readonly version: string }>;
  readonly createNamespace: Method<{ readonly namespace: { readonly name: string } | undefined }, object>;
  readonly createContainer: Method<{ readonly container: ContainerRecord | undefined }, object>;
  readonly getContainer: Method<{ readonly id: string }, { readonly container: ContainerRecord | undefined }>;
  readonly listContainers: Method<
    { readonly filters: readonly string[] },
    { readonly containers: readonly ContainerRecord[] }
  >;
  readonly updateContainer: Method<
    {
      readonly container: ContainerRecord | undefined;
      readonly update_mask: { readonly paths: readonly string[] } | undefined;
    },
    object
  >;
  readonly deleteContainer: Method<{ readonly id: string }, object>;
  readonly createTask: Method<CreateTask, { readonly pid: number }>;
  readonly startTask: Method<ProcessAddress, { readonly pid: number }>;
  readonly getTask: Method<ProcessAddress, { readonly process: TaskProcess | undefined }>;
  readonly deleteTask: Method<{ readonly container_id: string }, { readonly exit_status: number }>;
  readonly deleteProcess: Method<ProcessAddress, object>;
  readonly killTask: Method<ProcessAddress & { readonly signal: number; readonly all: boolean }, object>;
  readonly exec: Method<ExecRequest, object>;
  readonly waitTask: Method<ProcessAddress, { readonly exit_status: number }>;
  readonly getImage: Method<{ readonly name: string }, { readonly image: ImageRecord | undefined }>;
  readonly listImages: Method<{ readonly filters: readonly string[] }, { readonly images: readonly ImageRecord[] }>;
  readonly createImage: Method<{ readonly image: ImageRecord | undefined }, object>;
  readonly updateImage: Method<{ readonly image: ImageRecord | undefined }, object>;
  readonly deleteImage: Method<{ readonly name: string; readonly sync: boolean }, object>;
  readonly contentInfo: Method<{ readonly digest: string }, object>;
  readonly updateContent: Method<
    {
      readonly info: { readonly digest: string; readonly labels: Readonly<Record<string, string>> } | undefined;
      readonly update_mask: { readonly paths: readonly string[] } | undefined;
    },
    object
  >;
  readonly readContent: Method<{ readonly digest: string }, { readonly data: Buffer }>;
  readonly writeContent: Method<WriteRequest, { readonly action: number }>;
  readonly prepareSnapshot: Method<SnapshotRequest, { readonly mounts: readonly SnapshotMount[] }>;
  readonly snapshotMounts: Method<
    { readonly snapshotter: string; readonly key: string },
    { readonly mounts: readonly SnapshotMount[] }
  >;
  readonly commitSnapshot: Method<
    { readonly snapshotter: string; readonly name: string; readonly key: string },
    object
  >;
  readonly removeSnapshot: Method<{ readonly snapshotter: string; readonly key: string }, object>;
  readonly statSnapshot: Method<{ readonly snapshotter: string; readonly key: string }, object>;
  readonly applyDiff: Method<
    { readonly diff: Descriptor | undefined; readonly mounts: readonly SnapshotMount[] },
    { readonly applied: Descriptor | undefined }
  >;
  readonly createLease: Method<{ readonly id: string; readonly labels: Readonly<Record<string, string>> }, object>;
  readonly deleteLease: Method<{ readonly id: string }, object>;
} = {
  version: method("Version.Version", empty, message({ version: [1, "string"] })),
  createNamespace: method("Namespaces.Create", message({ namespace: [1, message({ name: [1, "string"] })] }), empty),
  createContainer: method("Containers.Create", aContainer, empty),
  getContainer: method("Containers.Get", byId, aContainer),
  listContainers: method("Containers.List", filters, message({ containers: [1, [container]] })),
  updateContainer: method("Containers.Update", message({ container: [1, container], update_mask: [2, mask] }), empty),
  deleteContainer: method("Containers.Delete", byId, empty),
  createTask: method(
    "Tasks.Create",
    message({ container_id: [1, "string"], rootfs: [3, [mount]], stdout: [5, "string"], stderr: [6, "string"] }),
    message({ pid: [2, "number"] }),
  ),
  startTask: method("Tasks.Start", aProcess, message({ pid: [1, "number"] })),
  getTask: method("Tasks.Get", aProcess, message({ process: [1, taskProcess] })),
  deleteTask: method("Tasks.Delete", message({ container_id: [1, "string"] }), message({ exit_status: [3, "number"] })),
  deleteProcess: method("Tasks.DeleteProcess", aProcess, empty),
  killTask: method(
    "Tasks.Kill",
    message({ container_id: [1, "string"], exec_id: [2, "string"], signal: [3, "number"], all: [4, "bool"] }),
    empty,
  ),
  exec: method(
    "Tasks.Exec",
    message({
      container_id: [1, "string"],
      stdout: [3, "string"],
      stderr: [4, "string"],
      spec: [6, any],
      exec_id: [7, "string"],
    }),
    empty,
  ),
  waitTask: method("Tasks.Wait", aProcess, exit),
  getImage: method("Images.Get", byName, anImage),
  listImages: method("Images.List", filters, message({ images: [1, [image]] })),
  createImage: method("Images.Create", anImage, empty),
  updateImage: method("Images.Update", anImage, empty),
  deleteImage: method("Images.Delete", message({ name: [1, "string"], sync: [2, "bool"] }), empty),
  contentInfo: method("Content.Info", message({ digest: [1, "string"] }), empty),
  updateContent: method(
    "Content.Update",
    message({
      info: [1, message({ digest: [1, "string"], labels: [5, "map"] })],
      update_mask: [2, mask],
    }),
    empty,
  ),
  readContent: method("Content.Read", message({ digest: [1, "string"] }), message({ data: [2, "bytes"] })),
  writeContent: method(
    "Content.Write",
    message({
      action: [1, "number"],
      ref: [2, "string"],
      total: [3, "number"],
      expected: [4, "string"],
      offset: [5, "number"],
      data: [6, "bytes"],
      labels: [7, "map"],
    }),
    message({ action: [1, "number"] }),
  ),
  prepareSnapshot: method("Snapshots.Prepare", snapshot, mounts),
  snapshotMounts: method("Snapshots.Mounts", snapshotKey, mounts),
  commitSnapshot: method(
    "Snapshots.Commit",
    message({ snapshotter: [1, "string"], name: [2, "string"], key: [3, "string"] }),
    empty,
  ),
  removeSnapshot: method("Snapshots.Remove", snapshotKey, empty),
  statSnapshot: method("Snapshots.Stat", snapshotKey, empty),
  applyDiff: method(
    "Diff.Apply",
    message({ diff: [1, descriptor], mounts: [2, [mount]] }),
    message({ applied: [1, descriptor] }),
  ),
  createLease: method("Leases.Create", message({ id: [1, "string"], labels: [3, "map"] }), empty),
  deleteLease: method("Leases.Delete", byId, empty),
};
