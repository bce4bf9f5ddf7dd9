import type { Transform } from "../canonical/transform-context.ts";
import { fieldOf, type Node, stringField, stringNode, stringOf, withField } from "../parse/node.ts";
import { cleanPath, isDrivePath, resolvePath } from "./posix-path.ts";

/** What paths are resolved with. */
export interface PathBase {
  /** Relative paths start here; an empty string leaves them relative. */
  readonly directory: string;
  /** What `~` stands for. */
  readonly home: string | undefined;
}

/** The path from the point of view of the engine: absolute where the base is known. */
export function resolveWith({ directory, home }: PathBase, path: string): string {
  if (home !== undefined && path.startsWith("~")) return cleanPath(`${home}/${path.slice(1)}`);
  return resolvePath(directory, path);
}

/** Whether a build context is no folder here but something that the builder fetches, or another service. */
export function isRemoteContext(context: string): boolean {
  return context === "" || /^(?:[\w-]+:\/\/|github\.com\/|git@|service:)/.test(context);
}

function withText(node: Node, text: string): Node {
  return stringOf(node) === text ? node : stringNode(text, node.span);
}

const resolved: Transform = (node, { scope }) => {
  const path = stringOf(node);
  return path === undefined ? node : withText(node, resolveWith(scope, path));
};

const context: Transform = (node, site) => {
  const path = stringOf(node) ?? "";
  if (isRemoteContext(path)) return node;
  // Only mounts may be paths of another system than that of the project's folder.
  const { directory } = site.scope;
  if (!directory.startsWith("/") || !isDrivePath(path)) return resolved(node, site);
  return stringNode(cleanPath(`${directory}/${path}`), node.span);
};

const mount: Transform = (node, site) => {
  if (node.kind !== "mapping") return node;
  const target = fieldOf(node, "target");
  const cleaned = target ? withField(node, "target", withText(target, cleanPath(stringOf(target) ?? ""))) : node;
  if (stringField(node, "type") !== "bind") return cleaned;
  const source = fieldOf(node, "source");
  if (!source && node.damaged) return undefined;
  if (!source) {
    site.problems.error("COMPOSE_MISSING_FIELD", "a bind mount has no source", {
      path: site.path,
      span: node.span,
      hint: "say which path of the host is mounted: source: ./path",
    });
    return undefined;
  }
  return withField(cleaned, "source", resolved(source, site) ?? source);
};

const boundVolume: Transform = (node, site) => {
  const options = fieldOf(node, "driver_opts");
  if (node.kind !== "mapping" || options?.kind !== "mapping" || stringField(node, "driver") !== "local") return node;
  const device = fieldOf(options, "device");
  if (!device || stringField(options, "o") !== "bind") return node;
  return withField(node, "driver_opts", withField(options, "device", resolved(device, site) ?? device));
};

/** The places that hold paths, made absolute. */
export const pathRules: Readonly<Record<string, Transform>> = {
  "services.*.build.context": context,
  "services.*.build.additional_contexts.*": context,
  "services.*.build.ssh.*": resolved,
  "services.*.env_file.*.path": resolved,
  "services.*.label_file.*": resolved,
  "services.*.extends.file": resolved,
  "services.*.develop.watch.*.path": resolved,
  "services.*.volumes.*": mount,
  "configs.*.file": resolved,
  "secrets.*.file": resolved,
  "volumes.*": boundVolume,
};
