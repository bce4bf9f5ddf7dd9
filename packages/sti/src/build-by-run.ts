import { type EntryToPack, packEntries } from "@slipway/context";
import { artifactOwner } from "./build-by-dockerfile.ts";
import type { BuildContext } from "./build-context.ts";
import type { BuildStep } from "./build-step.ts";
import { commitContainer } from "./commit-container.ts";
import { ScriptContainer } from "./container.ts";
import { KeptArtifacts } from "./kept-artifacts.ts";
import { place } from "./place-entries.ts";
import { readSecrets } from "./read-secrets.ts";
import { savedArtifacts, scriptEntries } from "./save-artifacts.ts";
import { ScriptLog } from "./script-log.ts";
import { settleAll } from "./settle-all.ts";
import { StiError } from "./sti-error.ts";
import { TimeLimit } from "./time-limit.ts";

/**
 * Does a step by running prepare in a container that is then committed.
 * @returns the image's id
 * @throws StiError STI_CREATE_CONTAINER_FAILED, STI_BUILD_FAILED, STI_COMMIT_CONTAINER_FAILED, STI_TIMED_OUT
 */
export async function buildByRun(context: BuildContext, step: BuildStep): Promise<string> {
  const { artifacts } = step;
  if (!artifacts || !KeptArtifacts.fits(artifacts, step, "volume")) return runAndCommit(context, step, undefined);
  const kept = await KeptArtifacts.start(context, artifacts, "volume");
  try {
    return await runAndCommit(context, step, kept);
  } finally {
    await kept.remove();
  }
}

async function runAndCommit(context: BuildContext, step: BuildStep, kept: KeptArtifacts | undefined): Promise<string> {
  const { engine, request, runId, emit } = context;
  const { signal } = request;
  const secrets = step.secrets ? await readSecrets(request.secrets ?? {}) : new Map<string, Buffer>();
  const sent = step.artifacts && !kept ? savedArtifacts(context, step.artifacts) : undefined;
  const folder = `${step.destination}/artifacts`;
  const container = await ScriptContainer.create(
    engine,
    {
      role: step.stage,
      image: step.image,
      command: step.prepare,
      environment: step.environment,
      user: step.user,
      labels: step.labels,
      // What is in a volume is not committed.
      volumes: [...(sent ? [folder] : []), ...(secrets.size > 0 ? ["/run/secrets"] : [])],
      shared: kept ? [{ name: kept.name, target: folder }] : [],
      platform: request.platform,
      signal,
    },
    runId,
  );
  try {
    const source = container.put(packEntries(upload(step, secrets, sent, request.sourceDateEpoch)));
    await settleAll([...(kept ? [kept.ready] : []), source]);
    emit({ type: "stage", stage: step.stage, message: `running ${step.prepare} of ${step.reference}` });
    await runPrepare(context, step, container, [...secrets.values()].map(String));
    emit({ type: "stage", stage: "commit", message: "committing the container" });
    return await commitContainer(context, container, undefined, changes(step));
  } finally {
    await container.remove();
  }
}

async function* upload(
  step: BuildStep,
  secrets: ReadonlyMap<string, Buffer>,
  artifacts: AsyncIterable<EntryToPack> | undefined,
  time: number | undefined,
): AsyncGenerator<EntryToPack, void, undefined> {
  const root = step.destination.slice(1);
  const owner = step.ids;
  yield* place(step.source(), { folder: `${root}/src`, owner, time });
  if (step.uploads.size > 0) yield* place(scriptEntries(step.uploads), { folder: `${root}/scripts`, owner, time });
  if (step.buildFolder) yield* place([], { folder: `${root}/build`, owner, time });
  if (artifacts) yield* place(artifacts, { folder: `${root}/artifacts`, ...artifactOwner(step) });
  if (secrets.size > 0) yield* place(secretEntries(secrets), { folder: "run/secrets", owner });
}

function* secretEntries(secrets: ReadonlyMap<string, Buffer>): Generator<EntryToPack, void, undefined> {
  for (const [id, body] of secrets) yield { header: { name: id, type: "file", mode: 0o400 }, body };
}

async function runPrepare(
  { request, emit }: BuildContext,
  step: BuildStep,
  container: ScriptContainer,
  secrets: readonly string[],
): Promise<void> {
  const log = new ScriptLog(emit, step.stage, request.writer, secrets);
  const limit = new TimeLimit(request.signal, request.scriptTimeoutMs);
  limit.begin();
  try {
    for await (const { stream, data } of container.start(limit.signal)) log.bytes(stream, data);
    const exitCode = await container.exitCode(limit.signal);
    const output = log.end();
    if (exitCode === 0) return;
    throw new StiError("STI_BUILD_FAILED", `${step.prepare} of ${step.reference} ended with exit code ${exitCode}`, {
      image: step.reference,
      exitCode,
      output,
      hint: "its output says why",
    });
  } catch (error) {
    const explained = limit.explain(error, step.prepare, step.reference);
    if ((explained as { code?: string }).code !== "TRANSPORT_REFUSED") throw explained;
    // The engine could not start it: the script has no interpreter, or is for another architecture.
    throw new StiError(
      "STI_BUILD_FAILED",
      `${step.prepare} of ${step.reference} cannot be run: ${(explained as Error).message}`,
      {
        cause: explained,
        image: step.reference,
        hint: "does the image have the script's interpreter?",
      },
    );
  } finally {
    limit.end();
  }
}

/** What an image's configuration is to say beyond the container's. */
function changes(step: BuildStep): string[] {
  const { Entrypoint, Cmd } = step.image.Config;
  const entrypoint = Entrypoint === undefined || Entrypoint === null ? [] : [Entrypoint].flat();
  return [
    // First, as it takes the command away.
    ...(entrypoint.length > 0 ? [`ENTRYPOINT ${JSON.stringify(entrypoint)}`] : []),
    `CMD ${JSON.stringify(step.run === undefined ? (Cmd ?? []) : [step.run])}`,
    ...(step.finalUser === step.user ? [] : [`USER ${step.finalUser || "0"}`]),
  ];
}
