import { copyItem } from "./copy-item.ts";
import { foldersAbove, pathWithin } from "./container-path.ts";
import { type ContextFile, type ContextView, viewBefore } from "./context-listing.ts";
import { CopyMapping } from "./copy-mapping.ts";
import type { PlannedCopy } from "./planned-copy.ts";
import type { CopyItem, DeleteItem, RebuildReason } from "./push-plan.ts";
import { linksOn } from "./resolve-links.ts";
import type { Destination } from "./stage-facts.ts";
import type { Touched } from "./touched.ts";

/** One COPY or ADD from the context, and the state of the plan when it comes. */
export interface CopyInput {
  readonly copy: PlannedCopy;
  readonly touched: readonly Touched[];
  /** The stage's COPYs before it, in order. */
  readonly earlier: readonly PlannedCopy[];
  /** Places that earlier steps of the plan write or clear, each with the text of the step. */
  readonly dirty: ReadonlyMap<string, string>;
  readonly mounted: readonly string[];
  readonly context: ContextView;
  readonly at: () => Destination | undefined;
  readonly canDelete: () => boolean;
}

/** What a COPY does in a plan. */
export interface CopyResult {
  readonly deletes: readonly DeleteItem[];
  readonly copies: readonly CopyItem[];
  readonly needsRebuild: readonly RebuildReason[];
  readonly warnings: readonly string[];
}

const archiveName = /\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst)$/i;

/** Plans a COPY: what of the touched paths it copies or removes, and what it must put right that earlier steps changed. */
export function planCopy(input: CopyInput): CopyResult {
  const planner = new CopyPlanner(input);
  if (!planner.takeLinks()) for (const touched of input.touched) planner.take(touched);
  planner.putRight();
  return planner.result();
}

class CopyPlanner {
  readonly #input: CopyInput;
  readonly #needsRebuild: RebuildReason[] = [];
  readonly #warnings: string[] = [];
  readonly #deletes = new Map<string, DeleteItem>();
  readonly #copies = new Map<string, CopyItem>();

  constructor(input: CopyInput) {
    this.#input = input;
  }

  take(touched: Touched): void {
    const { path, maybe, now } = touched;
    const { step, mapping } = this.#input.copy;
    if (!mapping.takes(path)) return;
    if (step.parents || step.exclude.length > 0) {
      return this.#rebuild(`\`${step.text}\` uses --parents or --exclude, which live push can't follow`, path);
    }
    if (step.kind === "add" && mapping.isSource(path)) {
      if (isArchive(now)) return; // unpacked, not copied
      if (mayHaveBeenArchive(touched)) {
        return this.#rebuild(`\`${step.text}\` unpacked ${path}, which is no archive any more`, path);
      }
    }
    const why = `${path} ${now ? (maybe.size > 0 ? "changed" : "is new") : "is gone"}`;
    const targets = now ? mapping.targetsOf(path, now.type) : [];
    if (now && !maybe.has(now.type)) for (const target of targets) this.#refuseClash(target, path, now);
    for (const type of maybe) {
      for (const target of mapping.targetsOf(path, type)) {
        if (!targets.includes(target)) this.#remove(target, type === "directory" ? "folder" : "file", why);
        else if (now?.type !== type) this.#deletes.set(target, { path: target, kind: "tree", why });
      }
    }
    // Where two sources meet, the last one wins, whichever changed.
    for (const target of targets) this.#put(this.#input.copy, target, mapping.sourceOf(target) ?? path, why);
  }

  /**
   * Where a link changed that a source goes through, all that the step copied is compared with all that it copies now.
   * @returns whether there was such a link
   */
  takeLinks(): boolean {
    const { touched, context } = this.#input;
    const { step, mapping } = this.#input.copy;
    const link = touched.find(
      ({ path, now, maybe }) =>
        (now?.type === "symlink" || maybe.has("symlink")) && (mapping.isLinkOfSource(path) || this.#leadsOn(path)),
    );
    if (!link) return false;
    const why = `\`${step.text}\` goes through the link ${link.path}, which changed`;
    if (step.kind === "add" || step.parents || step.exclude.length > 0 || touched.some(({ sure }) => !sure)) {
      this.#rebuild(why, link.path);
      return true;
    }
    const changed = new Map(touched.map((one) => [one.path, one.before]));
    const old = new CopyMapping(step, viewBefore(context, changed), this.#input.at);
    const was = new Map([...old.everything()].map(({ path, target }) => [target, path]));
    const is = new Map([...mapping.everything()].map(({ path, target }) => [target, path]));
    for (const [target, path] of was) {
      const type = old.typeOf(path);
      const now = is.get(target);
      if (now === undefined) this.#remove(target, type === "directory" ? "folder" : "file", why);
      else if (mapping.typeOf(now) !== type) this.#deletes.set(target, { path: target, kind: "tree", why });
    }
    for (const [target, path] of is) {
      if (was.get(target) !== path || changed.has(path)) this.#put(this.#input.copy, target, path, why);
    }
    return true;
  }

  /** Whether a link lies on the way that some source's links lead. */
  #leadsOn(path: string): boolean {
    return this.#input.copy.step.sources.some((source) => linksOn(this.#input.context, source).has(path));
  }

  /** What an earlier step of this plan wrote over or cleared, this one puts back, as a build would. */
  putRight(): void {
    for (const [target, text] of this.#input.dirty) {
      const source = this.#copies.has(target) ? undefined : this.#input.copy.mapping.sourceOf(target);
      if (source !== undefined) this.#put(this.#input.copy, target, source, `${text} changes ${target} before it`);
    }
  }

  result(): CopyResult {
    const { step, mapping } = this.#input.copy;
    this.#dropMounted();
    if (this.#deletes.size > 0 && !this.#input.canDelete()) {
      this.#rebuild(`the container has no shell to delete ${[...this.#deletes.keys()].join(", ")} with`);
    }
    if (this.#copies.size + this.#deletes.size > 0) {
      for (const source of mapping.missing()) {
        this.#warnings.push(`\`${step.text}\`: there is no ${source} in the context any more; a build would fail`);
      }
    }
    return {
      // What a folder holds goes before the folder; folders come before what they hold.
      deletes: [...this.#deletes.values()].toSorted((a, b) => (a.path < b.path ? 1 : -1)),
      copies: [...this.#copies.values()].toSorted((a, b) => (a.destination < b.destination ? -1 : 1)),
      needsRebuild: this.#needsRebuild,
      warnings: this.#warnings,
    };
  }

  /** A folder and a file, or a link, in one place: builders refuse it, and what would be left is anybody's guess. */
  #refuseClash(target: string, path: string, { type }: ContextFile): void {
    for (const { mapping } of [...this.#input.earlier, this.#input.copy]) {
      for (const other of mapping.sourcesOf(target)) {
        if ((mapping.typeOf(other) === "directory") === (type === "directory")) continue;
        const [folder, file] = type === "directory" ? [path, other] : [other, path];
        this.#rebuild(`${folder} is a folder and ${file} is not, and both would be ${target}`, path);
      }
    }
  }

  #put(copy: PlannedCopy, target: string, source: string, why: string): void {
    const item = copyItem(copy, source, target, why);
    if (item) this.#copies.set(target, item);
  }

  #remove(target: string, kind: "file" | "folder", why: string): void {
    const { copy, earlier } = this.#input;
    const { workdir } = copy.step.before;
    // The folders that hold the working folder are there whether COPY copies into them or not.
    if (target === "/" || target === workdir || foldersAbove(workdir).includes(target)) return;
    const other = [...earlier, copy].findLast(({ mapping }) => mapping.sourceOf(target) !== undefined);
    const source = other?.mapping.sourceOf(target);
    if (!other || source === undefined) {
      this.#deletes.set(target, { path: target, kind, why });
      return;
    }
    if (kind === "file" && other.mapping.typeOf(source) === "directory") {
      this.#deletes.set(target, { path: target, kind, why });
    }
    this.#put(other, target, source, `${why}, and \`${other.step.text}\` has ${source} for its place`);
  }

  /** What lies below a mount is the mount's. */
  #dropMounted(): void {
    const { copy, mounted } = this.#input;
    for (const places of [this.#deletes, this.#copies]) {
      for (const target of places.keys()) {
        const mount = mounted.find((folder) => pathWithin(folder, target) !== undefined);
        if (mount === undefined) continue;
        places.delete(target);
        this.#warnings.push(`${mount} of the container is a mount, which hides what \`${copy.step.text}\` puts there`);
      }
    }
  }

  #rebuild(message: string, path?: string): void {
    const { range } = this.#input.copy.step;
    this.#needsRebuild.push({ message, range, ...(path === undefined ? {} : { path }) });
  }
}

function isArchive(file: ContextFile | undefined): boolean {
  return file?.archive !== undefined && file.archive !== false;
}

/** Where nobody knows, its name tells. */
function mayHaveBeenArchive({ path, maybe, before, sure }: Touched): boolean {
  if (!maybe.has("file")) return false;
  return sure && before?.archive !== undefined ? before.archive !== false : archiveName.test(path);
}
