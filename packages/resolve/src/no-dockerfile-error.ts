import { didYouMean } from "@slipway/errors";
import type { Bundle } from "./bundle.ts";
import { ResolveError } from "./resolve-error.ts";
import type { Resolver, ResolveRequest } from "./resolver.ts";

const shown = 10;

/** The error for a bundle that no resolver can use: what was looked for, what is there, what may have been meant. */
export async function noDockerfileError(
  bundle: Bundle,
  resolvers: readonly Resolver[],
  request: ResolveRequest,
): Promise<ResolveError> {
  const wanted = [...new Set(resolvers.flatMap((resolver) => resolver.needs(request)))];
  const paths = await bundle.names();
  const what = request.dockerfilePath === undefined ? "no Dockerfile" : `no Dockerfile \`${request.dockerfilePath}\``;
  const place = request.display("");
  const where = place === "" ? "the build context" : `the build context ${place}`;
  const message = `${what} in ${where}: looked for ${list(wanted)}; ${present(paths)}`;
  return new ResolveError("RESOLVE_NO_DOCKERFILE", message, { hint: hint(paths, wanted) });
}

function present(paths: readonly string[]): string {
  if (paths.length === 0) return "the context has no files";
  const top = paths.filter((path) => !path.includes("/"));
  const rest = top.length > 0 ? top : paths;
  const more = rest.length > shown ? ` and ${rest.length - shown} more` : "";
  return `${top.length > 0 ? "it has" : "it has files in folders only, such as"} ${list(rest.slice(0, shown))}${more}`;
}

function hint(paths: readonly string[], wanted: readonly string[]): string {
  for (const name of wanted) {
    const near = didYouMean(name, paths);
    if (near !== undefined) return `did you mean \`${near}\`? Rename it to \`${name}\`, or give its path`;
  }
  const below = paths.find((path) => wanted.includes(path.slice(path.lastIndexOf("/") + 1)));
  if (below !== undefined)
    return `there is \`${below}\`: give it as the Dockerfile's path, or its folder as the context`;
  return "add a Dockerfile to the context, or give the path of one";
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
