import { BinaryReader } from "@bufbuild/protobuf/wire";

/** A piece of a build's graph, as BuildKit reports it: again and again, each time with what is known by then. */
export interface Vertex {
  digest: string;
  name: string;
  cached: boolean;
  /** Milliseconds since 1970. */
  started?: number;
  completed?: number;
  /** Empty: none. */
  error: string;
}

/** Progress of something within a vertex. */
interface VertexStatus {
  id: string;
  vertex: string;
  name: string;
  current: number;
  /** 0: unknown. */
  total: number;
}

/** Output of a vertex's command. */
export interface VertexLog {
  vertex: string;
  /** 1: stdout, 2: stderr. */
  stream: number;
  data: Uint8Array;
}

/** What the Dockerfile frontend finds questionable. */
interface VertexWarning {
  vertex: string;
  short: string;
  detail: string[];
}

/** One `moby.buildkit.v1.StatusResponse`; see api/services/control/control.proto of moby/buildkit. */
export interface StatusResponse {
  vertexes: Vertex[];
  statuses: VertexStatus[];
  logs: VertexLog[];
  warnings: VertexWarning[];
}

/** Decodes a StatusResponse; fields of later versions are passed over. */
export function decodeStatusResponse(bytes: Uint8Array): StatusResponse {
  const response: StatusResponse = { vertexes: [], statuses: [], logs: [], warnings: [] };
  fields(bytes, {
    1: (reader) => response.vertexes.push(decodeVertex(reader.bytes())),
    2: (reader) => response.statuses.push(decodeStatus(reader.bytes())),
    3: (reader) => response.logs.push(decodeLog(reader.bytes())),
    4: (reader) => response.warnings.push(decodeWarning(reader.bytes())),
  });
  return response;
}

type Fields = Readonly<Record<number, (reader: BinaryReader) => unknown>>;

function fields(bytes: Uint8Array, known: Fields): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const read = known[number];
    if (read) read(reader);
    else reader.skip(wireType, number);
  }
}

function decodeVertex(bytes: Uint8Array): Vertex {
  const vertex: Vertex = { digest: "", name: "", cached: false, error: "" };
  fields(bytes, {
    1: (reader) => (vertex.digest = reader.string()),
    3: (reader) => (vertex.name = reader.string()),
    4: (reader) => (vertex.cached = reader.bool()),
    5: (reader) => (vertex.started = decodeTimestamp(reader.bytes())),
    6: (reader) => (vertex.completed = decodeTimestamp(reader.bytes())),
    7: (reader) => (vertex.error = reader.string()),
  });
  return vertex;
}

function decodeStatus(bytes: Uint8Array): VertexStatus {
  const status: VertexStatus = { id: "", vertex: "", name: "", current: 0, total: 0 };
  fields(bytes, {
    1: (reader) => (status.id = reader.string()),
    2: (reader) => (status.vertex = reader.string()),
    3: (reader) => (status.name = reader.string()),
    4: (reader) => (status.current = Number(reader.int64())),
    5: (reader) => (status.total = Number(reader.int64())),
  });
  return status;
}

function decodeLog(bytes: Uint8Array): VertexLog {
  const log: VertexLog = { vertex: "", stream: 0, data: new Uint8Array() };
  fields(bytes, {
    1: (reader) => (log.vertex = reader.string()),
    3: (reader) => (log.stream = Number(reader.int64())),
    4: (reader) => (log.data = reader.bytes()),
  });
  return log;
}

function decodeWarning(bytes: Uint8Array): VertexWarning {
  const warning: VertexWarning = { vertex: "", short: "", detail: [] };
  fields(bytes, {
    1: (reader) => (warning.vertex = reader.string()),
    3: (reader) => (warning.short = text(reader.bytes())),
    4: (reader) => warning.detail.push(text(reader.bytes())),
  });
  return warning;
}

function decodeTimestamp(bytes: Uint8Array): number {
  let seconds = 0;
  let nanos = 0;
  fields(bytes, {
    1: (reader) => (seconds = Number(reader.int64())),
    2: (reader) => (nanos = reader.int32()),
  });
  return seconds * 1000 + nanos / 1e6;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
