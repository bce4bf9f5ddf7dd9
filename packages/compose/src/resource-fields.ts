import { flag, labels, list, object, text, scalarOr } from "./reader.ts";

const external = scalarOr(flag, (node, path, context) => object({ name: text })(node, path, context) && true);

/** The fields of a network. */
export const networkFields = {
  name: text,
  driver: text,
  driver_opts: labels,
  external,
  internal: flag,
  attachable: flag,
  enable_ipv4: flag,
  enable_ipv6: flag,
  labels,
  ipam: object({
    driver: text,
    options: labels,
    config: list(object({ subnet: text, ip_range: text, gateway: text, aux_addresses: labels })),
  }),
};

/** The fields of a volume. */
export const volumeFields = { name: text, driver: text, driver_opts: labels, external, labels };
