import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
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
import { writeContext } from "./write-context.ts";

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
  return startRun(async (emit) => {
    const given = path.resolve(file);
    const isFolder = (await stat(given).catch(() => undefined))?.isDirectory() ?? false;
    return run({ ...request, clean: true }, isFolder ? path.join(given, "Dockerfile") : given, emit);
  });
}

async function run(request: BuildRequest, file: string, emit: Emit): Promise<ExportedDockerfile> {
  checkRequest(request);
  return withEngine(request, async (engine) => {
    const runId = randomBytes(6).toString("hex");
    const context: BuildContext = { engine, buildkit: true, request, runId, emit, temporaryNames: [], cleanups: [] };
    return withSource(request, emit, async (source) => {
      const { builder, runtime } = await planBuild(context, source);
      refuseLineEnds(builder.environment);
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
      const folder = path.dirname(file);
      if (await stat(path.join(folder, ".dockerignore")).catch(() => undefined)) {
        const message = `${folder} has a .dockerignore, which docker will heed: it must let the folder upload in`;
        emit({ type: "warning", message });
      }
      const root = source.location && path.join(source.location, source.contextDir ?? "");
      await writeContext(contextEntries(builder, text, request.sourceDateEpoch), file, {
        root,
        signal: request.signal,
      });
      return { file, text };
    });
  });
}

/** What `FROM` names. Other platforms are not to depend on how the Dockerfile is built. */
function startOf(step: BuildStep, { platform }: BuildRequest): string {
  return `${platform === undefined ? "" : `--platform=${platform} `}${nameFor(step, true)}`;
}

/** @throws StiError STI_CREATE_DOCKERFILE_FAILED */
function refuseLineEnds(environment: Readonly<Record<string, string>>): void {
  const lines = Object.entries(environment).filter(([, value]) => /[\r\n]/.test(value));
  if (lines.length === 0) return;
  const names = lines.map(([name]) => name).join(", ");
  throw new StiError("STI_CREATE_DOCKERFILE_FAILED", `no Dockerfile can hold the line ends in ${names}`, {
    hint: "build the image, or leave these variables to the container",
  });
}
