import type { BlockIo } from "./model/limits.ts";
import type { Service } from "./model/service.ts";

/**
 * A service as `docker compose config --format json` prints it, its oddities included (dollar signs are not doubled):
 * `command` and `entrypoint` are always there, empty maps and lists are not.
 */
export function serviceToJson(service: Service): Record<string, unknown> {
  const { name: _, blkio_config, deploy, develop, ulimits, build, ...rest } = service;
  const json: Record<string, unknown> = {
    ...rest,
    command: service.command ?? null,
    entrypoint: service.entrypoint ?? null,
    build: build?.ulimits ? { ...build, ulimits: printedUlimits(build.ulimits) } : build,
    ulimits: ulimits && printedUlimits(ulimits),
    blkio_config: blkio_config && printedBlockIo(blkio_config),
    deploy: deploy && { resources: {}, placement: {}, ...deploy },
    develop: develop?.watch
      ? { ...develop, watch: develop.watch.map((rule) => ({ ...rule, exec: { command: null, ...rule.exec } })) }
      : develop,
  };
  return Object.fromEntries(
    Object.entries(json).filter(([key, value]) => value !== undefined && !(mayBeEmpty.has(key) && isEmpty(value))),
  );
}

const mayBeEmpty: ReadonlySet<string> = new Set([
  "environment",
  "ports",
  "volumes",
  "networks",
  "depends_on",
  "labels",
]);

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** A limit of 0 is printed as one that is not said. */
function printedUlimits(ulimits: NonNullable<Service["ulimits"]>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(ulimits).map(([key, limit]) => [key, limit === 0 ? {} : limit]));
}

/** The fields of rates and weights are printed in capitals. */
function printedBlockIo(config: BlockIo): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      Array.isArray(value)
        ? value.map((item) =>
            Object.fromEntries(
              Object.entries(item).map(([field, one]) => [field[0]!.toUpperCase() + field.slice(1), one]),
            ),
          )
        : value,
    ]),
  );
}
