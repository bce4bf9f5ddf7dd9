import { randomUUID } from "node:crypto";
import http from "node:http";
import { posix } from "node:path";
import { DockerfileError } from "../src/dockerfile-error.ts";
import type { Dialect } from "../src/meaning/dialect.ts";
import type { ImageConfig } from "../src/meaning/image-config.ts";
import { parse } from "../src/syntax/parse.ts";
import { stages } from "../src/meaning/stages.ts";

/** What a Dockerfile makes: the image's configuration in the engine's words, or that it is refused. */
export type Verdict = { readonly config: Readonly<Record<string, unknown>> } | { readonly error: string };

export interface JudgeOptions {
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly target?: string;
}

const run = `dockerfile-${randomUUID().slice(0, 8)}`;
let builds = 0;

/** The engine's own builders as judges of what a Dockerfile means. */
export class EngineJudge {
  readonly #connection: http.RequestOptions;

  constructor(host: string = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock") {
    const url = new URL(host);
    this.#connection =
      url.protocol === "unix:" ? { socketPath: url.pathname } : { host: url.hostname, port: Number(url.port || 2375) };
  }

  /** The engine's version. */
  async version(): Promise<string> {
    return (JSON.parse((await this.#request("GET", "/version")).body) as { Version: string }).Version;
  }

  /** The configuration of an image that the engine has. */
  async imageConfig(image: string): Promise<ImageConfig> {
    const { Config } = JSON.parse((await this.#request("GET", `/images/${image}/json`)).body) as {
      Config: EngineConfig;
    };
    return {
      env: Object.fromEntries((Config.Env ?? []).map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string])),
      workdir: Config.WorkingDir || undefined,
      cmd: Config.Cmd ?? undefined,
      labels: Config.Labels ?? undefined,
    };
  }

  /** Builds it with `a`, `b` and `d/c` as its context, looks at the image, and removes that. */
  async build(builder: "buildkit" | "classic", dockerfile: string, options: JudgeOptions): Promise<Verdict> {
    const label = `${run}-${builds++}`;
    const query = new URLSearchParams({
      version: builder === "buildkit" ? "2" : "1",
      buildargs: JSON.stringify(options.buildArgs ?? {}),
      labels: JSON.stringify({ "dev.slipway.test": label }),
      networkmode: "none",
      forcerm: "1",
      // Without the cache no build stands on an image that another one is about to remove.
      nocache: "1",
      ...(options.target === undefined ? {} : { target: options.target }),
    });
    const answer = await this.#request("POST", `/build?${query}`, context(dockerfile)).catch(async (error: Error) => {
      // 20.10's classic builder panics where there is no FROM and a label is asked for; the engine itself lives on.
      if (!/socket hang up|ECONNRESET/.test(error.message)) throw error;
      await this.version();
      return undefined;
    });
    if (!answer) return { error: "the engine dropped the connection" };
    const { status, body } = answer;
    if (status !== 200) return { error: (JSON.parse(body) as { message: string }).message };
    let id: string | undefined;
    let error: string | undefined;
    const made: string[] = [];
    for (const line of body.split("\n")) {
      const record = (line.trim() === "" ? {} : JSON.parse(line)) as BuildRecord;
      error ??= record.error;
      id = record.aux?.ID ?? id;
      const step = /^ ---> ([0-9a-f]{12})\n/.exec(record.stream ?? "")?.[1];
      if (step) made.push(step);
    }
    if (id) made.push(id);
    const image = await this.#request("GET", `/images/${id}/json`);
    for (const each of made.toReversed()) await this.#remove(each);
    if (error !== undefined) return { error };
    const { Config } = JSON.parse(image.body) as { Config: EngineConfig };
    delete Config.Labels?.["dev.slipway.test"];
    return { config: normalized(Config) };
  }

  /** The classic builder leaves an image for each step of other stages, and of builds that fail. Tagged ones aren't ours. */
  async #remove(id: string): Promise<void> {
    const { status, body } = await this.#request("GET", `/images/${id}/json`);
    if (status !== 200 || ((JSON.parse(body) as { RepoTags?: string[] }).RepoTags ?? []).length > 0) return;
    await this.#request("DELETE", `/images/${id}?force=1`);
  }

  #request(method: string, path: string, body?: Buffer): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/x-tar" };
      const request = http.request({ ...this.#connection, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  }
}

interface BuildRecord {
  readonly stream?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/** What this package says that the Dockerfile makes. */
export function ownVerdict(
  dockerfile: string,
  dialect: Dialect,
  options: JudgeOptions,
  baseConfig: (image: string) => ImageConfig | undefined,
): Verdict {
  try {
    const found = stages(parse(dockerfile), { ...options, dialect, baseConfig, platform: "linux/amd64" });
    const { target } = options;
    const stage = found.findLast(
      ({ name, index }) => target === undefined || name === target || String(index) === target,
    );
    return { config: fromOwn(stage?.config ?? {}) };
  } catch (error) {
    if (error instanceof DockerfileError) return { error: error.message };
    throw error;
  }
}

interface EngineConfig {
  Env?: string[] | null;
  Cmd?: string[] | null;
  Entrypoint?: string[] | null;
  WorkingDir?: string;
  User?: string;
  Shell?: string[] | null;
  Labels?: Record<string, string> | null;
  ExposedPorts?: Record<string, unknown> | null;
  Volumes?: Record<string, unknown> | null;
  Healthcheck?: Record<string, unknown> | null;
  OnBuild?: string[] | null;
  StopSignal?: string;
}

function fromOwn(config: ImageConfig): Record<string, unknown> {
  const { healthcheck } = config;
  const keys = (names: readonly string[] | undefined): Record<string, unknown> =>
    Object.fromEntries((names ?? []).map((name) => [name, {}]));
  return normalized({
    Env: Object.entries(config.env ?? {}).map(([name, value]) => `${name}=${value}`),
    Cmd: config.cmd ? [...config.cmd] : null,
    Entrypoint: config.entrypoint ? [...config.entrypoint] : null,
    WorkingDir: config.workdir ?? "",
    User: config.user ?? "",
    Shell: config.shell ? [...config.shell] : null,
    Labels: config.labels ?? null,
    ExposedPorts: keys(config.exposedPorts),
    Volumes: keys(config.volumes),
    Healthcheck: healthcheck
      ? {
          Test: healthcheck.test,
          Interval: healthcheck.interval,
          Timeout: healthcheck.timeout,
          StartPeriod: healthcheck.startPeriod,
          StartInterval: healthcheck.startInterval,
          Retries: healthcheck.retries,
        }
      : null,
    OnBuild: config.onbuild ? [...config.onbuild] : null,
    StopSignal: config.stopSignal ?? "",
  });
}

/** What says nothing is left out: engines write null, an empty list or nothing at all for it. */
function normalized(config: EngineConfig): Record<string, unknown> {
  const names = [
    "Env",
    "Cmd",
    "Entrypoint",
    "WorkingDir",
    "User",
    "Shell",
    "Labels",
    "ExposedPorts",
    "Volumes",
  ] as const;
  const result: Record<string, unknown> = {};
  for (const name of [...names, "Healthcheck", "OnBuild", "StopSignal"] as const) {
    const value = name === "WorkingDir" ? cleanPath(config.WorkingDir ?? "") : config[name];
    if (value === null || value === undefined || value === "") continue;
    if (typeof value === "object" && Object.keys(value).length === 0) continue;
    result[name] = JSON.parse(JSON.stringify(value));
  }
  return result;
}

/** Engines keep an absolute WORKDIR as it was written: `/a/../b/` for `/b`. */
function cleanPath(path: string): string {
  return path === "" ? "" : posix.resolve(path);
}

function context(dockerfile: string): Buffer {
  const files = { Dockerfile: dockerfile, a: "a\n", b: "b\n", "d/c": "c\n" };
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const body = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write("0000000\0", 108);
    header.write("0000000\0", 116);
    header.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write("0", 156);
    header.write("ustar\u000000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
