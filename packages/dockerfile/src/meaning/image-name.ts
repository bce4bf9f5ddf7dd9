const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const hostPart = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const host = `(?:${hostPart}(?:\\.${hostPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const tag = "[\\w][\\w.-]{0,127}";
const digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const reference = new RegExp(`^(?:${host}/)?${component}(?:/${component})*(?::${tag})?(?:@${digest})?$`);
const path = new RegExp(`^${component}(?:/${component})*$`);

/**
 * Whether a text is the name of an image: a host that is told by a dot, a port or `localhost`, a path in lower case, a tag,
 * a digest (distribution/reference). 64 hexadecimal digits alone would be an image's id.
 * @param options.oldHosts a capital alone doesn't tell a host, and IPv6 addresses aren't known (Docker 20.10)
 */
export function isImageName(text: string, options: { readonly oldHosts?: boolean } = {}): boolean {
  if (!reference.test(text) || /^[a-f0-9]{64}$/.test(text)) return false;
  const digestName = /@sha(256|512):(.*)$/.exec(text);
  if (digestName && digestName[2]?.length !== Number(digestName[1]) / 4) return false;
  const name = text.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  const [first = "", ...rest] = name.split("/");
  // Capitals are for hosts: without anything that tells a host, the first part is of the path.
  const isHost =
    rest.length > 0 &&
    (/[.:]/.test(first) || first === "localhost" || (!options.oldHosts && first !== first.toLowerCase()));
  if (options.oldHosts && first.startsWith("[")) return false;
  return path.test(isHost ? rest.join("/") : name);
}
