import { chooseBuilder } from "@slipway/build";
import { type Dockerfile, parse } from "@slipway/dockerfile";
import { isSlipwayError, type Problem, type SlipwayError } from "@slipway/errors";
import { fieldOfOption } from "./build-fields.ts";
import type { BuildUnit } from "./build-units.ts";
import type { EnginePool } from "./engine-pool.ts";
import type { PoolEngine } from "./pool-engine.ts";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
import type { PerformBuildsOptions } from "./perform-builds-options.ts";
import { taskBuildOptions } from "./task-build-options.ts";

/**
 * Finds out which engines can do which builds, before any is begun.
 *
 * @throws {MultibuildError} `MULTIBUILD_UNSUPPORTED`, for all builds with options that no engine honours
 */
export function checkEngines(
  units: readonly BuildUnit[],
  pool: EnginePool,
  options: PerformBuildsOptions & { readonly signal: AbortSignal },
): (unit: BuildUnit, member: PoolEngine) => boolean {
  const problems: Problem<MultibuildErrorCode>[] = [];
  const able = new Map<BuildUnit, ReadonlySet<PoolEngine>>();
  for (const unit of units) {
    if (unit.first.external || !unit.first.resolved) continue;
    const tree = treeOf(unit.first.dockerfile);
    const refusals = pool.members.map((member) => ({ member, errors: refusalsOf(unit, member, tree, options) }));
    const can = refusals.filter(({ errors }) => errors.length === 0);
    // What a Dockerfile alone asks for and no engine has is that build's own failure.
    able.set(unit, new Set((can.length > 0 ? can : refusals).map(({ member }) => member)));
    if (can.length > 0) continue;
    const [fewest] = refusals.toSorted((a, b) => a.errors.length - b.errors.length);
    problems.push(...(fewest?.errors.filter(({ path }) => path !== undefined) ?? []));
  }
  MultibuildError.throwAll(problems);
  return (unit, member) => able.get(unit)?.has(member) ?? true;
}

function refusalsOf(
  { first }: BuildUnit,
  { description }: PoolEngine,
  tree: Dockerfile | undefined,
  options: PerformBuildsOptions & { readonly signal: AbortSignal },
): Problem<MultibuildErrorCode>[] {
  if (!description) return [];
  try {
    chooseBuilder(taskBuildOptions(first, options), description, tree);
    return [];
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    const { serviceName } = first;
    return (error as SlipwayError).problems.map(({ message, hint, path, range }) => {
      const field = path === undefined ? undefined : fieldOfOption[path];
      return {
        code: "MULTIBUILD_UNSUPPORTED",
        message: `service ${serviceName}: ${field === undefined ? "" : `\`build.${field}\`: `}${message}`,
        ...(hint === undefined ? {} : { hint }),
        ...(range === undefined ? {} : { range }),
        // Without a range it is the options that ask for it.
        ...(range === undefined
          ? { path: `services.${serviceName}.build${field === undefined ? "" : `.${field}`}` }
          : {}),
      };
    });
  }
}

function treeOf(dockerfile: string | undefined): Dockerfile | undefined {
  try {
    return dockerfile === undefined ? undefined : parse(dockerfile);
  } catch (error) {
    // The build tells of it.
    if (isSlipwayError(error)) return undefined;
    throw error;
  }
}
