/** Something mounted into a container. */
export interface ServiceVolume {
  type: "bind" | "volume" | "tmpfs" | "cluster" | "npipe" | "image";
  /** A path, the key of one of the project's volumes, or nothing for an anonymous volume. */
  source?: string;
  target: string;
  read_only?: boolean;
  consistency?: string;
  bind?: { propagation?: string; create_host_path?: boolean; recursive?: string; selinux?: string };
  volume?: { labels?: Record<string, string>; nocopy?: boolean; subpath?: string };
  tmpfs?: { size?: string; mode?: number };
  image?: { subpath?: string };
}
