import { parseVolume } from "../canonical/volume.ts";
import { fieldOf, type Node, stringOf } from "../parse/node.ts";

/**
 * What tells an item of a list from the others; undefined for an item that is like no other, and for one of a wrong
 * kind: nobody would see it where another one takes its place.
 */
export type UnicityRule = (item: Node) => string | undefined;

const key: UnicityRule = (item) => stringOf(item)?.split("=", 1)[0];
const whole: UnicityRule = (item) => stringOf(item) ?? textOf(fieldOf(item, "path"));
const exposed: UnicityRule = (item) => textOf(item);

const target: UnicityRule = (item) => {
  if (item.kind === "mapping") return textOf(fieldOf(item, "target"));
  const volume = parseVolume(stringOf(item) ?? "");
  return typeof volume === "string" ? undefined : volume.target;
};

const device: UnicityRule = (item) => {
  if (item.kind === "mapping") return textOf(fieldOf(item, "target"));
  const [source, inside] = stringOf(item)?.split(":") ?? [];
  return inside ?? source;
};

const port: UnicityRule = (item) => {
  if (item.kind !== "mapping") return textOf(item);
  const [host, published, inside, protocol] = ["host_ip", "published", "target", "protocol"].map((field) =>
    goText(fieldOf(item, field)),
  );
  return `${host ?? "0.0.0.0"}:${published ?? ""}:${inside ?? ""}/${protocol ?? "tcp"}`;
};

/** The reference implementation tells a number from the string of its digits. */
function goText(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "number" ? `int=${node.text}` : textOf(node);
}

function mountIn(folder: string): UnicityRule {
  return (item) => {
    const inside = textOf(fieldOf(item, "target"));
    if (inside !== undefined) return inside;
    const source = stringOf(item) ?? textOf(fieldOf(item, "source"));
    return source === undefined ? undefined : `${folder}/${source}`;
  };
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" ? node.text : undefined;
}

/** The lists in which an item takes the place of an earlier one that is the same. */
export const unicityRules: Readonly<Record<string, UnicityRule>> = {
  "networks.*.labels": key,
  "networks.*.ipam.options": key,
  "services.*.annotations": key,
  "services.*.build.args": key,
  "services.*.build.additional_contexts": key,
  "services.*.build.tags": whole,
  "services.*.build.labels": key,
  "services.*.cap_add": whole,
  "services.*.cap_drop": whole,
  "services.*.configs": mountIn(""),
  "services.*.deploy.labels": key,
  "services.*.devices": device,
  "services.*.dns": whole,
  "services.*.dns_opt": whole,
  "services.*.dns_search": whole,
  "services.*.environment": key,
  "services.*.env_file": whole,
  "services.*.expose": exposed,
  "services.*.labels": key,
  "services.*.links": whole,
  "services.*.networks.*.aliases": whole,
  "services.*.networks.*.link_local_ips": whole,
  "services.*.ports": port,
  "services.*.profiles": whole,
  "services.*.secrets": mountIn("/run/secrets"),
  "services.*.sysctls": key,
  "services.*.tmpfs": key,
  "services.*.volumes": target,
};
