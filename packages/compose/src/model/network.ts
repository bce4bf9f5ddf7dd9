/** A network of a project. `name` is its name on the engine. */
export interface Network {
  name: string;
  driver?: string;
  driver_opts?: Record<string, string>;
  ipam?: Ipam;
  /** Made by somebody else: it must exist already. */
  external?: boolean;
  internal?: boolean;
  attachable?: boolean;
  enable_ipv4?: boolean;
  enable_ipv6?: boolean;
  labels?: Record<string, string>;
  /** Fields of one's own, as they were written. */
  [extension: `x-${string}`]: unknown;
}

/** How a network gives out addresses. */
export interface Ipam {
  driver?: string;
  config?: IpamPool[];
  options?: Record<string, string>;
}

/** One range of addresses. */
export interface IpamPool {
  subnet?: string;
  gateway?: string;
  ip_range?: string;
  aux_addresses?: Record<string, string>;
}

/** How a service is attached to a network. */
export interface ServiceNetwork {
  aliases?: string[];
  ipv4_address?: string;
  ipv6_address?: string;
  link_local_ips?: string[];
  mac_address?: string;
  interface_name?: string;
  driver_opts?: Record<string, string>;
  priority?: number;
  gw_priority?: number;
}
