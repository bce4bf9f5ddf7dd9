import type { Shape } from "./shape.ts";
import { boolean, byKind, choice, cutNumber, labels, list, record, text } from "./vocabulary.ts";

/** A service's `volumes`. */
export const serviceVolumes: Shape = list(
  byKind({
    scalar: text,
    mapping: record(
      "a volume",
      {
        type: choice("bind", "volume", "tmpfs", "cluster", "npipe", "image"),
        source: text,
        target: text,
        read_only: boolean,
        consistency: text,
        bind: record("bind options", {
          propagation: text,
          create_host_path: boolean,
          recursive: choice("enabled", "disabled", "writable", "readonly"),
          selinux: choice("z", "Z"),
        }),
        volume: record("volume options", { labels, nocopy: boolean, subpath: text }, { keepZero: true }),
        tmpfs: record(
          "tmpfs options",
          { size: { kind: "bytes", min: 0, noFloat: true }, mode: { ...cutNumber, strict: true, min: 0 } },
          { keepZero: true },
        ),
        image: record("image options", { subpath: text }, { keepZero: true }),
      },
      { required: ["type"] },
    ),
  }),
);

/** How a service is attached to its networks. */
export const networkAttachment: Shape = record(
  "a network attachment",
  {
    aliases: { kind: "list", item: text, unique: true },
    interface_name: text,
    ipv4_address: text,
    ipv6_address: text,
    link_local_ips: { kind: "list", item: text, unique: true },
    mac_address: text,
    driver_opts: { kind: "map", value: { kind: "text", scalars: ["number"] } },
    priority: { ...cutNumber, strict: true },
    gw_priority: { ...cutNumber, strict: true },
  },
  { nullable: true, keepZero: true },
);
