import type { Problem } from "@slipway/errors";
import { parseReference } from "@slipway/transport";
import type { BuildErrorCode } from "./build-error.ts";
import type { BuildOptions } from "./build-options.ts";
import { cacheImage } from "./build-query.ts";
import { extraHost } from "./extra-host.ts";

/** The engine's own minimum. */
const leastMemory = 6 * 1024 * 1024;
/** As runc knows them. */
const limits = new Set(
  "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split(" "),
);

/** What is wrong with the values of options that are of the right kind. None of these is secret. */
export function valueProblems(options: BuildOptions): Problem<BuildErrorCode>[] {
  return [
    ...(options.tags ?? []).flatMap((tag, i) => imageProblem(`tags[${i}]`, tag, "@")),
    ...(options.cacheFrom ?? []).flatMap((entry, i) => imageProblem(`cacheFrom[${i}]`, cacheImage(entry))),
    ...platformProblem(options),
    ...hostProblems(options),
    ...ulimitProblems(options),
    ...memoryProblems(options),
  ];
}

function imageProblem(path: string, name: string | undefined, without?: string): Problem<BuildErrorCode>[] {
  if (name === undefined) return [];
  try {
    parseReference(name);
  } catch (error) {
    const { message, hint } = error as { message: string; hint: string };
    return [bad(path, message, hint)];
  }
  if (without === undefined || !name.includes(without)) return [];
  return [bad(path, `an image cannot be named \`${name}\`: it has a digest`, "leave the digest out")];
}

function platformProblem({ platform }: BuildOptions): Problem<BuildErrorCode>[] {
  if (platform === undefined || /^[\w-]+(?:\/[\w.-]+){0,2}$/.test(platform)) return [];
  const expected = "give os/architecture or os/architecture/variant, such as linux/arm/v7; one platform for one build";
  return [bad("platform", `\`${platform}\` is no platform`, expected)];
}

function hostProblems({ extraHosts = [] }: BuildOptions): Problem<BuildErrorCode>[] {
  return extraHosts.flatMap((entry, i) => {
    if (extraHost(entry) !== undefined) return [];
    const hint = "give name:address, with an IP address or host-gateway";
    return [bad(`extraHosts[${i}]`, `\`${entry}\` is no entry for /etc/hosts`, hint)];
  });
}

function ulimitProblems({ ulimits = {} }: BuildOptions): Problem<BuildErrorCode>[] {
  return Object.entries(ulimits).flatMap(([name, limit]) => {
    if (!limits.has(name))
      return [bad(`ulimits.${name}`, `there is no limit ${name}`, `known: ${[...limits].join(", ")}`)];
    const { soft, hard } = typeof limit === "number" ? { soft: limit, hard: limit } : limit;
    if (hard === -1 || (soft !== -1 && soft <= hard)) return [];
    return [
      bad(`ulimits.${name}`, `the limit ${name} is softly ${soft}, above its hard ${hard}`, "raise the hard one"),
    ];
  });
}

function memoryProblems({ memory, memorySwap }: BuildOptions): Problem<BuildErrorCode>[] {
  const found: Problem<BuildErrorCode>[] = [];
  if (memory !== undefined && memory < leastMemory) {
    found.push(bad("memory", `${memory} bytes of memory are too few`, `give ${leastMemory} (6 MiB) or more`));
  }
  if (memorySwap === undefined || memorySwap === -1) return found;
  if (memory === undefined) found.push(bad("memorySwap", "`memorySwap` is given without `memory`", "give both"));
  else if (memorySwap < memory) {
    const hint = "give memory and swap together, so at least `memory`";
    found.push(bad("memorySwap", `\`memorySwap\` is ${memorySwap}, less than the ${memory} of \`memory\``, hint));
  }
  return found;
}

function bad(path: string, message: string, hint: string): Problem<BuildErrorCode> {
  return { code: "BUILD_BAD_OPTION", message, hint, path };
}
