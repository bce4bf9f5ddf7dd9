import { fileResolver } from "./file-resolver.ts";
import type { Resolver, ResolveRequest } from "./resolver.ts";

const templateExtension = ".template";

/**
 * The resolvers that are used unless others are given: a Dockerfile for the device type, then for the architecture, both
 * templates too; then a template; then a plain Dockerfile.
 *
 * With a path P given by the user, the plain one takes P and nothing else; the others take P itself, if it has their
 * extension, or P with their extension added, and still go first.
 */
export function defaultResolvers(): Resolver[] {
  return [
    fileResolver({
      name: "Architecture-specific Dockerfile",
      priority: 30,
      template: true,
      needs: (request) =>
        [request.deviceType, request.architecture].flatMap((suffix) =>
          suffix === undefined ? [] : [withExtension(base(request), `.${suffix}`)],
        ),
    }),
    fileResolver({
      name: "Dockerfile.template",
      priority: 20,
      template: true,
      needs: (request) => [withExtension(base(request), templateExtension)],
    }),
    fileResolver({
      name: "Standard Dockerfile",
      priority: 10,
      template: false,
      needs: (request) => [base(request)],
    }),
  ];
}

/** The plain Dockerfile's name that a path of the user's stands for: without the extensions that the resolvers know. */
export function plainPath(request: Pick<ResolveRequest, "architecture" | "deviceType" | "dockerfilePath">): string {
  const path = base(request);
  for (const extension of [templateExtension, `.${request.deviceType}`, `.${request.architecture}`]) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name.endsWith(extension) && name !== extension) return path.slice(0, -extension.length);
  }
  return path;
}

function base(request: Pick<ResolveRequest, "dockerfilePath">): string {
  return request.dockerfilePath ?? "Dockerfile";
}

function withExtension(path: string, extension: string): string {
  return path.endsWith(extension) ? path : path + extension;
}
