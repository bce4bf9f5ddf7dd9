import { randomBytes } from "node:crypto";
import type { Project } from "@slipway/compose";
import { imageDescriptors, toBalena } from "@slipway/compose/balena";
import { type Run, startRun } from "@slipway/run";
import { Api } from "./api.ts";
import { buildServices } from "./build-services.ts";
import { checkDeploy } from "./check-deploy.ts";
import { compositionOf } from "./composition.ts";
import { clientOf, create, markFailed } from "./create.ts";
import { tag as tagRelease } from "./change.ts";
import type { DeployEvent } from "./deploy-event.ts";
import type { DeployOptions } from "./deploy-options.ts";
import type { DeployedImage } from "./deployed-image.ts";
import { type ExistingRelease, existingRelease } from "./existing-release.ts";
import { findFleet } from "./find-fleet.ts";
import { findUser } from "./find-user.ts";
import { pushServices } from "./push-services.ts";
import type { Release } from "./resources.ts";

/** A release with everything in it. */
export interface DeployResult {
  readonly release: Release;
  /** By service. */
  readonly images: Readonly<Record<string, DeployedImage>>;
}

/**
 * Builds a project, records a release of it, pushes its images and marks it successful. Whatever goes wrong once the
 * release is recorded, an abort too, it is marked failed; a deploy of the same commit goes on with it.
 *
 * @returns a run whose `result` rejects with a `ReleaseError`, a `ComposeError` for what such devices don't do, or the
 *   errors of `buildProject`
 */
export function deploy(project: Project, options: DeployOptions): Run<DeployEvent, DeployResult> {
  return startRun((emit) => run(project, options, emit));
}

async function run(
  project: Project,
  options: DeployOptions,
  emit: (event: DeployEvent) => void,
): Promise<DeployResult> {
  checkDeploy(options);
  const { signal, retry, tags, note } = options;
  const target = toBalena(project);
  const client = clientOf(options.api);
  const api = new Api(client, { signal, retry });
  const [fleet, user] = await Promise.all([findFleet(api, options.fleet), options.user ?? findUser(api)]);
  const services = Object.keys(target.services);
  const existing =
    options.commit === undefined ? undefined : await existingRelease(api, fleet, options.commit, services);
  const missing = services.filter((service) => existing?.images.get(service)?.status !== "success");
  const built = await buildServices(project, missing, options, emit);

  const { release, images } = existing ?? (await record(target, fleet.id, user, options, client));
  const isDone = release.status === "success";
  try {
    if (existing && !isDone) await api.patch("release", release.id, { status: "running" });
    emit({ type: "release", release, resumed: existing !== undefined });
    const pushed = await pushServices(client, options, built, images, emit);
    if (tags) await tagRelease(client, release.id, tags, { signal, retry });
    const end = isDone ? {} : { status: "success", end_timestamp: new Date() };
    const final = !options.draft && release.is_final === false ? { is_final: true } : {};
    const change = { ...end, ...final, ...(note === undefined ? {} : { note }) };
    if (Object.keys(change).length > 0) await api.patch("release", release.id, change);
    // It is done: that it cannot be read back is no failure of it.
    const latest = await api.find<Release>("release", release.id).catch(() => undefined);
    return { release: latest ?? { ...release, status: "success" }, images: Object.fromEntries(pushed) };
  } catch (error) {
    if (!isDone) await markFailed(client, release.id, retry);
    throw error;
  }
}

async function record(
  target: Project,
  application: number,
  user: number,
  options: DeployOptions,
  client: ReturnType<typeof clientOf>,
): Promise<ExistingRelease> {
  const { commit = randomBytes(16).toString("hex"), draft = false, semver, contract, source, signal, retry } = options;
  const root = "directory" in source ? source.directory : options.build?.root;
  const { release, serviceImages } = await create({
    client,
    signal,
    retry,
    user,
    application,
    composition: compositionOf(target, root),
    source: options.sourceName ?? "slipway",
    commit,
    is_final: !draft,
    semver,
    contract,
    imgDescriptors: imageDescriptors(target),
  });
  return { release, images: new Map(Object.entries(serviceImages)) };
}
