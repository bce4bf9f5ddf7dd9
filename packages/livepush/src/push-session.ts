import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Ignore, readIgnore } from "@slipway/context";
import type { Dockerfile, Stage } from "@slipway/dockerfile";
import type { Engine } from "@slipway/transport";
import { type ApplyDurations, applyPlan } from "./apply-plan.ts";
import { type ReadStages, readStages } from "./base-images.ts";
import type { ContextChange } from "./context-change.ts";
import { compareContainer } from "./compare-container.ts";
import { pathWithin } from "./container-path.ts";
import { type ContextFile, ContextListing } from "./context-listing.ts";
import { copiedFiles } from "./copied-files.ts";
import { dockerfileInstructions } from "./dockerfile-instructions.ts";
import type { LiveDockerfile } from "./live-dockerfile.ts";
import { plan } from "./plan.ts";
import type { Report } from "./push-event.ts";
import type { PushPlan, RebuildReason, RestartBy } from "./push-plan.ts";
import { contextPath, listContext, readChanges, withArchiveFacts } from "./read-changes.ts";
import { readContainer } from "./read-container.ts";
import type { StageContainers } from "./stage-containers.ts";
import { readArchives } from "./read-archives.ts";
import { FactBook } from "./stage-facts.ts";
import type { Flow } from "./stage-flow.ts";
import { takesPath } from "./takes-path.ts";
import { touchedPaths } from "./touched.ts";
import { nothingUndone, type Undone, undoneAfter } from "./undone.ts";

/** What a session is opened with. */
export interface SessionOptions {
  readonly engine: Engine;
  readonly containers: StageContainers;
  readonly containerId: string;
  readonly stageImages: readonly string[];
  readonly directory: string;
  readonly dockerfilePath: string;
  readonly live: LiveDockerfile;
  /** Of `live`. */
  readonly tree: Dockerfile;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly restartBy: RestartBy;
}

/** What a session finds when it begins. */
interface Start {
  readonly ignore: Ignore;
  readonly listing: ContextListing;
  /** The Dockerfile on disk, which need not be the one in use; undefined if there is none at its path. */
  readonly dockerfile: string | undefined;
  readonly image: string;
  readonly mounted: readonly string[];
}

/** All that is known between pushes: the context as it was last seen, and what the containers have yet to get of it. */
export class PushSession {
  readonly #options: SessionOptions;
  readonly #start: Start;
  readonly #facts = new FactBook();
  readonly #flows = new Map<string, Flow>();
  /** Paths that someone said changed, and that were not looked at yet. */
  readonly #noted = new Set<string>();
  /** Changes that no plan was carried out for. */
  readonly #changes = new Map<string, ContextChange>();
  #ignore: Ignore;
  #dockerfileChanged = false;
  #buildArgs: Readonly<Record<string, string>>;
  #read: ReadStages;
  #readWith: Readonly<Record<string, string>>;
  #undone: Undone = nothingUndone;
  /** What was, when the image was built, where something changed since. */
  readonly #original = new Map<string, ContextFile | undefined>();
  /** What ADDs had unpacked then. */
  #firstFlows: ReadonlyMap<string, Flow> = new Map();
  /** Whether the container may not have what it was given. */
  #suspect = false;

  private constructor(options: SessionOptions, start: Start, read: ReadStages) {
    this.#options = options;
    this.#start = start;
    this.#ignore = start.ignore;
    this.#read = read;
    this.#buildArgs = options.buildArgs;
    this.#readWith = options.buildArgs;
  }

  static async open(options: SessionOptions): Promise<PushSession> {
    const { engine, containerId, directory, dockerfilePath, tree, stageImages, buildArgs } = options;
    const ignore = await readIgnore(directory, dockerfilePath);
    const ofContainer = async (): Promise<{ image: string; mounted: readonly string[]; read: ReadStages }> => {
      const { image, mounted } = await readContainer(engine, containerId);
      return { image, mounted, read: await readStages(engine, tree, [...stageImages, image], buildArgs) };
    };
    const [files, dockerfile, { image, mounted, read }] = await Promise.all([
      listContext(directory, ignore),
      readText(path.join(directory, dockerfilePath)),
      ofContainer(),
    ]);
    const listing = new ContextListing(files);
    const session = new PushSession(options, { ignore, listing, dockerfile, image, mounted }, read);
    await readArchives({ directory, listing, stages: read.stages, flows: session.#flows });
    session.#firstFlows = new Map(session.#flows);
    return session;
  }

  /** The image that the container is of. */
  get image(): string {
    return this.#start.image;
  }

  setBuildArgs(buildArgs: Readonly<Record<string, string>>): void {
    this.#buildArgs = { ...buildArgs };
  }

  /**
   * Takes note of paths, to be looked at by the next plan.
   * @throws LivepushError LIVEPUSH_PATH_OUTSIDE, having noted none
   */
  note(paths: readonly string[]): void {
    const names = paths.map((file) => contextPath(this.#options.directory, file));
    for (const name of names) this.#noted.add(name);
  }

  /** The container may have lost something: the next plan compares it with the context, file by file. */
  suspect(): void {
    this.#suspect = true;
  }

  /** The container is a new one, as the image has it: all that changed since the image was built is to be pushed again. */
  startOver(): void {
    for (const [path, before] of this.#original) {
      this.#changes.set(path, { path, before, after: this.#start.listing.get(path) });
    }
    this.#undone = nothingUndone;
    this.#facts.forget();
    this.#flows.clear();
    for (const [key, flow] of this.#firstFlows) this.#flows.set(key, flow);
  }

  /** Whether a push of these paths would do anything, what was left undone included. */
  isNeeded(paths: readonly string[]): boolean {
    const { dockerfilePath, directory } = this.#options;
    if (this.#noted.size + this.#changes.size + this.#undone.stages.size > 0 || this.#undone.restart || this.#suspect)
      return true;
    return paths.some((file) => {
      const name = contextPath(directory, file);
      if (name === dockerfilePath || this.#isIgnoreFile(name)) return true;
      return !this.#ignore.ignores(name) && takesPath(this.#read.stages, this.#start.listing, name);
    });
  }

  /** Looks at what was noted and plans what to do about it. */
  async plan(signal: AbortSignal): Promise<PushPlan> {
    await this.#look();
    if (this.#readWith !== this.#buildArgs) {
      const { engine, tree, stageImages } = this.#options;
      this.#readWith = this.#buildArgs;
      this.#read = await readStages(engine, tree, [...stageImages, this.#start.image], this.#buildArgs);
    }
    if (this.#suspect) await this.#compare(signal);
    this.#facts.askForShellsAgain();
    for (;;) {
      signal.throwIfAborted();
      const planned = plan({
        ...this.#read,
        rebuild: [...this.#read.rebuild, ...this.#dockerfileReasons()],
        context: this.#start.listing,
        changes: [...this.#changes.values()],
        undone: this.#undone,
        facts: this.#facts,
        liveFrom: this.#options.live.liveFrom,
        mounted: this.#start.mounted,
        restartBy: this.#options.restartBy,
      });
      if (planned.questions.length === 0) return planned;
      await this.#options.containers.answer(planned.questions, this.#facts, signal);
    }
  }

  /**
   * Carries out a plan that was just made. Whatever of it is not done when this ends, for whatever reason, is part of the
   * next plan.
   * @param restart is called once everything else is done, if the container must restart
   */
  async carryOut(
    planned: PushPlan,
    options: { readonly report: Report; readonly signal: AbortSignal; readonly restart: () => Promise<void> },
  ): Promise<ApplyDurations> {
    const changes = [...this.#changes.values()];
    const before = this.#undone;
    const done = new Map<number, number>();
    let restart = before.restart;
    try {
      const durations = await applyPlan(planned, {
        ...options,
        engine: this.#options.engine,
        containers: this.#options.containers,
        directory: this.#options.directory,
        context: this.#start.listing,
        stages: this.#read.stages,
        flows: this.#flows,
        onDone: ({ stage }, action, changed) => {
          done.set(stage, (done.get(stage) ?? 0) + 1);
          if (changed && action.restarts) restart = true;
          if (action.kind === "run") this.#facts.forgetAccounts(stage);
        },
      });
      if (restart) {
        options.signal.throwIfAborted();
        await options.restart();
        restart = false;
      }
      return durations;
    } finally {
      const touched = (stage: number): ReturnType<typeof touchedPaths> =>
        touchedPaths(changes, before.stages.get(stage), this.#start.listing);
      this.#undone = undoneAfter(planned, done, touched, restart, before.stages);
      for (const { path: name, before: original, after } of changes) {
        if (!this.#original.has(name)) this.#original.set(name, original);
        if (this.#changes.get(name)?.after === after) this.#changes.delete(name);
      }
    }
  }

  /** Takes what the running container does not have as it should for changed. */
  async #compare(signal: AbortSignal): Promise<void> {
    const { containers, directory } = this.#options;
    const updater = await containers.updaterWithShell(containers.final);
    const places = copiedFiles(this.#read.stages, containers.final, this.#start.listing, this.#facts);
    for (const place of places.keys()) {
      if (this.#start.mounted.some((mount) => pathWithin(mount, place) !== undefined)) places.delete(place);
    }
    for (const { path: name, is } of (await compareContainer(updater, directory, places, signal)) ?? []) {
      const after = this.#start.listing.get(name);
      if (this.#changes.has(name) || !after) continue;
      this.#changes.set(name, { path: name, before: is === undefined ? undefined : { ...after, type: is }, after });
    }
    this.#suspect = false;
  }

  async #look(): Promise<void> {
    const { directory } = this.#options;
    const names = [...this.#noted];
    // What is noted from here on may have changed after it was looked at.
    this.#noted.clear();
    try {
      await this.#lookAt(names);
    } catch (error) {
      for (const name of names) this.#noted.add(name);
      throw error;
    }
    if (this.#hasAdd()) {
      for (const change of await withArchiveFacts(directory, [...this.#changes.values()])) {
        this.#changes.set(change.path, change);
        if (change.after) this.#start.listing.set(change.path, change.after);
      }
    }
  }

  async #lookAt(names: readonly string[]): Promise<void> {
    const { directory, dockerfilePath } = this.#options;
    if (names.includes(dockerfilePath)) {
      this.#dockerfileChanged =
        dockerfileInstructions(await readText(path.join(directory, dockerfilePath))) !==
        dockerfileInstructions(this.#start.dockerfile);
    }
    // With other rules other files are in the context.
    const otherRules = names.some((name) => this.#isIgnoreFile(name));
    if (otherRules) this.#ignore = await readIgnore(directory, dockerfilePath);
    const context = { directory, ignore: this.#ignore, listing: this.#start.listing };
    await readChanges(context, otherRules ? [...names, ""] : names, this.#changes);
  }

  #hasAdd(): boolean {
    return this.#read.stages.some((stage: Stage) => stage.steps.some(({ kind }) => kind === "add"));
  }

  #isIgnoreFile(name: string): boolean {
    return name === ".dockerignore" || name === `${this.#options.dockerfilePath}.dockerignore`;
  }

  #dockerfileReasons(): RebuildReason[] {
    const { dockerfilePath } = this.#options;
    if (!this.#dockerfileChanged) return [];
    return [{ message: `the Dockerfile, ${dockerfilePath}, changed`, path: dockerfilePath }];
  }
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
