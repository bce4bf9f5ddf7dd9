import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, realpath, rename, rm, symlink } from "node:fs/promises";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { contextEntries, nameFor } from "./build-by-dockerfile.ts";
import type { BuildContext } from "./build-context.ts";
import type { BuildStep } from "./build-step.ts";
import { checkRequest } from "./check-request.ts";
import { dockerfileText } from "./dockerfile-text.ts";
import { withEngine } from "./engine-for.ts";
import { planBuild } from "./make-images.ts";
import type { BuildRequest } from "./request.ts";
import { withSource } from "./source/open-source.ts";
import { StiError } from "./sti-error.ts";
import type { Emit } from "./sti-event.ts";
import { startRun, type StiRun } from "./sti-run.ts";

/** What {@link asDockerfile} wrote. */
export interface ExportedDockerfile {
  /** The Dockerfile's path. Its folder is the build context. */
  readonly file: string;
  readonly text: string;
}

/**
 * Writes a Dockerfile, and a folder `upload` beside it, by which `docker build` makes the image that {@link build} would
 * make clean. A file that is there is replaced, an `upload` folder is not.
 *
 * @returns a run whose `result` rejects with STI_CREATE_DOCKERFILE_FAILED for what no Dockerfile can say; else as `build`
 */
export function asDockerfile(request: BuildRequest, file: string): StiRun<ExportedDockerfile> {
  return startRun((emit) => run({ ...request, clean: true }, path.resolve(file), emit));
}

async function run(request: BuildRequest, file: string, emit: Emit): Promise<ExportedDockerfile> {
  checkRequest(request);
  const lines = Object.entries(request.environment ?? {}).filter(([, value]) => /[\r\n]/.test(value));
  if (lines.length > 0) {
    const names = lines.map(([name]) => name).join(", ");
    throw new StiError("STI_CREATE_DOCKERFILE_FAILED", `no Dockerfile can hold the line ends in ${names}`, {
      hint: "build the image, or leave these variables to the container",
    });
  }
  return withEngine(request, async (engine) => {
    const runId = randomBytes(6).toString("hex");
    const context: BuildContext = { engine, buildkit: true, request, runId, emit, temporaryNames: [], cleanups: [] };
    return withSource(request, emit, async (source) => {
      const { builder, runtime } = await planBuild(context, source);
      const secrets = Object.keys(request.secrets ?? {});
      const from = startOf(builder, request);
      const first = dockerfileText(builder, { from, buildkit: true, secrets, withLabels: true });
      let { text } = first;
      if (runtime) {
        const sourceImage = { name: "builder", path: `${builder.destination}/build` };
        const last = { ...runtime, sourceImage, artifacts: undefined, buildFolder: false, caches: [], secrets: false };
        const second = dockerfileText(last, {
          from: startOf(last, request),
          buildkit: true,
          secrets: [],
          withLabels: true,
        });
        text = `${text.replace(/^FROM .*/, "$& AS builder")}\n${second.text}`;
      }
      await write(contextEntries(builder, text, request.sourceDateEpoch), file, request.signal);
      return { file, text };
    });
  });
}

/** What `FROM` names. Other platforms are not to depend on how the Dockerfile is built. */
function startOf(step: BuildStep, { platform }: BuildRequest): string {
  return `${platform === undefined ? "" : `--platform=${platform} `}${nameFor(step, true)}`;
}

/** An archive may hold a link and a file behind it, which would be written to wherever the link leads. */
async function refuseLinks(folder: string, name: string): Promise<void> {
  const parent = path.dirname(path.join(folder, name));
  const real = await realpath(parent).catch(() => parent);
  if (real === path.join(await realpath(folder), path.dirname(name)) || real === parent) return;
  throw new StiError("STI_BAD_SOURCE", `the source's ${name} lies behind a link`, { hint: "leave the link out" });
}

/** Writes into a folder of its own first, so that a failure leaves nothing. */
async function write(
  entries: ReturnType<typeof contextEntries>,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = path.dirname(file);
  let temporary: string | undefined;
  try {
    await mkdir(folder, { recursive: true });
    temporary = await mkdtemp(path.join(folder, ".slipway-sti-"));
    for await (const { header, body } of entries) {
      signal?.throwIfAborted();
      const target = path.join(temporary, header.name);
      await refuseLinks(temporary, header.name);
      if (header.type === "directory") await mkdir(target, { recursive: true, mode: header.mode });
      else if (header.type === "symlink") await symlink(header.linkname ?? "", target);
      else if (header.type === "file") {
        await mkdir(path.dirname(target), { recursive: true });
        const content = Readable.from(body ?? [], { objectMode: false });
        await pipeline(content, createWriteStream(target, { mode: header.mode ?? 0o644, flags: "wx" }));
      } else {
        throw new StiError("STI_CREATE_DOCKERFILE_FAILED", `the source's ${header.name} is a ${header.type}`, {
          hint: "a written build context has files, folders and symbolic links; leave it out",
        });
      }
    }
    await rename(path.join(temporary, "upload"), path.join(folder, "upload"));
    await rename(path.join(temporary, "Dockerfile"), file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw cause;
    const there = code === "ENOTEMPTY" || code === "EEXIST";
    throw new StiError("STI_CREATE_DOCKERFILE_FAILED", `${file} cannot be written: ${(cause as Error).message}`, {
      cause,
      hint: there
        ? "the folder upload beside it is there already: remove it, or write elsewhere"
        : "may you write there?",
    });
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}
