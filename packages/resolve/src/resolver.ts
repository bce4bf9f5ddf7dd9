import { process } from "@slipway/dockerfile";

/** What a bundle is resolved for. */
export interface ResolveTarget {
  /** `amd64`, `aarch64`, `armv7hf`, `rpi`, `i386`. */
  readonly architecture: string;
  /** Such as `raspberrypi3`. */
  readonly deviceType: string;
  /** More template variables. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** The Dockerfile's path in the bundle, where the composition gives one; `Dockerfile` without. */
  readonly dockerfilePath?: string | undefined;
}

/** Knows one way in which a bundle says how it is built. Of those that find a file, the highest priority wins. */
export interface Resolver {
  readonly name: string;
  readonly priority: number;
  /** The paths that would do, the best first. */
  candidates(target: ResolveTarget): readonly string[];
  /** Makes the Dockerfile from the text of the candidate that was found. */
  resolve(text: string, path: string, target: ResolveTarget): string;
}

/** The variables of templates, under both of their names. */
export function templateVariables(target: ResolveTarget): Record<string, string> {
  return {
    RESIN_ARCH: target.architecture,
    RESIN_MACHINE_NAME: target.deviceType,
    BALENA_ARCH: target.architecture,
    BALENA_MACHINE_NAME: target.deviceType,
    ...target.variables,
  };
}

const fillIn = (text: string, path: string, target: ResolveTarget): string =>
  process(text, templateVariables(target), { file: path });

const base = (target: ResolveTarget): string => target.dockerfilePath ?? "Dockerfile";

/** `Dockerfile.<device type>`, else `Dockerfile.<architecture>`; both are templates too. */
export const architectureResolver: Resolver = {
  name: "Architecture-specific Dockerfile",
  priority: 3,
  candidates: (target) => [`${base(target)}.${target.deviceType}`, `${base(target)}.${target.architecture}`],
  resolve: fillIn,
};

/** `Dockerfile.template`; of a path that is given, the path itself if it ends so. */
export const templateResolver: Resolver = {
  name: "Dockerfile.template",
  priority: 2,
  candidates: (target) => [
    ...(base(target).endsWith(".template") ? [base(target)] : []),
    `${base(target)}.template`,
  ],
  resolve: fillIn,
};

/** `Dockerfile` as it is. */
export const dockerfileResolver: Resolver = {
  name: "Standard Dockerfile",
  priority: 1,
  candidates: (target) => [base(target)],
  resolve: (text) => text,
};

/** The ways that every bundle may use. */
export const defaultResolvers: readonly Resolver[] = [architectureResolver, templateResolver, dockerfileResolver];
