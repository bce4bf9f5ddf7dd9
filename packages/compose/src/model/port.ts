/** A port of a container and where it is published. */
export interface Port {
  target: number;
  /** A port, or a range `8000-8010` of which the engine takes a free one. Left out: the engine's choice. */
  published?: string;
  host_ip?: string;
  protocol: string;
  mode: string;
  name?: string;
  app_protocol?: string;
}
