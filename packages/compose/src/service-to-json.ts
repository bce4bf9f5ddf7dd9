import type { BlockIo } from "./model/limits.ts";
import type { Service } from "./model/service.ts";
import { withoutOwnFields } from "./without-own-fields.ts";

/**
 * A service as `docker compose config --format json` prints it, its oddities included (dollar signs are not doubled):
 * `command` and `entrypoint` are always there, empty maps and lists are not.
 */
export function serviceToJson(service: Service): Record<string, unknown> {
  const fields = service as unknown as Readonly<Record<string, unknown>>;
  const json: Record<string, unknown> = {};
  for (const key of Object.keys(service)) {
    if (notPrinted.has(key) || key.startsWith("x-")) continue;
    const value = fields[key];
    const print = value === undefined ? undefined : printers.get(key);
    const printed = print ? print(value) : value;
    if (printed !== undefined && !(mayBeEmpty.has(key) && isEmpty(printed))) json[key] = printed;
  }
  json["command"] ??= null;
  json["entrypoint"] ??= null;
  return json;
}

const notPrinted: ReadonlySet<string> = new Set(["name", "pull_refresh_after"]);

type Printer<Value> = (value: Value) => unknown;

/** The fields that are not printed as they are. */
const printers: ReadonlyMap<string, Printer<unknown>> = table({
  build: printedBuild,
  ulimits: printedUlimits,
  blkio_config: printedBlockIo,
  deploy: printedDeploy,
  devices: (devices) => devices.map(({ source, ...device }) => (source === "" ? device : { source, ...device })),
  provider: printedProvider,
  post_start: (hooks) => hooks.map(printedHook),
  pre_stop: (hooks) => hooks.map(printedHook),
  develop: (develop) =>
    develop.watch
      ? { ...develop, watch: develop.watch.map((rule) => ({ ...rule, exec: printedHook(rule.exec) })) }
      : develop,
});

function table(given: { readonly [Field in keyof Service]?: Printer<NonNullable<Service[Field]>> }): typeof printers {
  return new Map(Object.entries(given) as [string, Printer<unknown>][]);
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

function printedBuild(written: NonNullable<Service["build"]>): Record<string, unknown> {
  const { context, ...build } = withoutOwnFields(written);
  return {
    ...(context === "" ? {} : { context }),
    ...build,
    ...(build.ulimits ? { ulimits: printedUlimits(build.ulimits) } : {}),
  };
}

function printedHook(hook: object = {}): object {
  return { command: null, ...hook };
}

/** Options without values are not printed. */
function printedProvider({ type, options = {} }: NonNullable<Service["provider"]>): Record<string, unknown> {
  const given = Object.entries(options).filter(([, values]) => values.length > 0);
  return { type, options: given.length > 0 ? Object.fromEntries(given) : undefined };
}

/** Generic resources are printed with all their fields. */
function printedDeploy(deploy: NonNullable<Service["deploy"]>): Record<string, unknown> {
  const generic = deploy.resources?.reservations?.generic_resources;
  const printed = { resources: {}, placement: {}, ...withoutOwnFields(deploy) };
  if (!generic) return printed;
  const generic_resources = generic.map(({ discrete_resource_spec: spec }) =>
    spec ? { discrete_resource_spec: { kind: "", value: 0, ...spec } } : {},
  );
  return {
    ...printed,
    resources: { ...deploy.resources, reservations: { ...deploy.resources?.reservations, generic_resources } },
  };
}

/** A limit of 0 is printed as one that is not said. */
function printedUlimits(ulimits: NonNullable<Service["ulimits"]>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(ulimits).map(([key, limit]) => [
      key,
      typeof limit === "number" && limit !== 0
        ? limit
        : Object.fromEntries(Object.entries(limit).filter(([, value]) => value !== 0)),
    ]),
  );
}

/** The fields of rates and weights are printed in capitals. */
function printedBlockIo(config: BlockIo): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      Array.isArray(value)
        ? value.map((item) =>
            Object.fromEntries(
              Object.entries(
                key.endsWith("device") ? { path: "", weight: 0, ...item } : { path: "", rate: "0", ...item },
              ).map(([field, one]) => [field[0]!.toUpperCase() + field.slice(1), one]),
            ),
          )
        : value,
    ]),
  );
}
