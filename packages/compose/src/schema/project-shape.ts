import { serviceShape } from "./service-shape.ts";
import type { RecordShape, Shape } from "./shape.ts";
import {
  boolean,
  byKind,
  kept,
  labels,
  list,
  map,
  record,
  resourceKey,
  text,
  textList,
  textOrNumber,
  texts,
  whole,
} from "./vocabulary.ts";

const driverOptions: Shape = map(textOrNumber);
const external: Shape = { kind: "external" };
/** Nobody looks at what else is in it. */
const openExternal: Shape = { kind: "external", open: true };

const network: Shape = record(
  "a network",
  {
    name: text,
    driver: text,
    driver_opts: driverOptions,
    ipam: record(
      "ipam",
      {
        driver: text,
        config: list(
          record("an address pool", { subnet: text, ip_range: text, gateway: text, aux_addresses: map(text) }),
        ),
        options: map(text),
      },
      { keepZero: true },
    ),
    external,
    internal: boolean,
    enable_ipv4: kept(boolean),
    enable_ipv6: kept(boolean),
    attachable: boolean,
    labels,
  },
  { nullable: true, keepsOwn: true },
);

const volume: Shape = record(
  "a volume",
  { name: text, driver: text, driver_opts: driverOptions, external, labels },
  { nullable: true, keepsOwn: true },
);

const secret: Shape = record(
  "a secret",
  {
    name: text,
    environment: text,
    file: text,
    external: openExternal,
    labels,
    driver: text,
    driver_opts: driverOptions,
    template_driver: text,
  },
  { keepsOwn: true },
);

const config: Shape = record(
  "a config",
  {
    name: text,
    content: text,
    environment: text,
    file: text,
    external: openExternal,
    labels,
    template_driver: text,
  },
  { keepsOwn: true },
);

const model: Shape = record(
  "a model",
  { name: text, model: text, context_size: { ...whole, strict: true }, runtime_flags: textList },
  { required: ["model"], keepsOwn: true },
);

/** An item of `include`. */
export const includedShape: Shape = byKind({
  scalar: text,
  mapping: record("an include", { path: texts, env_file: texts, project_directory: text }, { open: true }),
});

/** A whole compose file. */
export const projectShape: RecordShape = record("a compose file", {
  version: text,
  name: text,
  include: byKind({ scalar: { kind: "text", scalars: ["null"], choices: [] }, sequence: list(includedShape) }),
  services: map(serviceShape, resourceKey),
  models: map(model),
  networks: map(network),
  volumes: map(volume, resourceKey),
  secrets: map(secret, resourceKey),
  configs: map(config, resourceKey),
});
