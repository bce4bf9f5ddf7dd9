import { TransportError } from "./transport-error.ts";

/** An image's name, by the rules of distribution/reference. */
export interface Reference {
  /** The registry: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** The repository within it: `library/busybox`. */
  readonly path: string;
  readonly tag?: string | undefined;
  /** `sha256:…` */
  readonly digest?: string | undefined;
  /** As short as people write it: `busybox:1`. */
  readonly familiar: string;
}

const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domainPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const pathPattern = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
/** Of the algorithms that registries and engines know. */
const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
const longestPath = 255;

/**
 * Takes an image's name apart.
 * @throws TransportError TRANSPORT_BAD_REFERENCE
 */
export function parseReference(text: string): Reference {
  const bad = (what: string): TransportError =>
    new TransportError("TRANSPORT_BAD_REFERENCE", `\`${text}\` is no image name: ${what}`, {
      hint: "expected [registry[:port]/]name[:tag][@digest], the name in lower case",
    });
  const [beforeDigest = "", digest, ...rest] = text.split("@");
  if (rest.length > 0) throw bad("it has more than one @");
  if (digest !== undefined && !digestPattern.test(digest)) throw bad(`\`${digest}\` is no digest`);
  const colon = beforeDigest.lastIndexOf(":");
  const hasTag = colon > beforeDigest.lastIndexOf("/");
  const name = hasTag ? beforeDigest.slice(0, colon) : beforeDigest;
  const tag = hasTag ? beforeDigest.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagPattern.test(tag)) throw bad(`\`${tag}\` is no tag`);
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  // The first part is a registry if it could not be part of a path: a dot, a port, capitals, or localhost.
  const isDomain = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  const named = isDomain ? first : "docker.io";
  if (!domainPattern.test(named)) throw bad(`\`${named}\` is no registry`);
  const domain = named === "index.docker.io" ? "docker.io" : named;
  let path = isDomain ? name.slice(slash + 1) : name;
  if (!pathPattern.test(path)) throw bad(path === "" ? "the name is missing" : `\`${path}\` is no repository name`);
  if (/^[a-f0-9]{64}$/.test(text)) throw bad("64 hexadecimal digits are an image's id");
  if (domain === "docker.io" && !path.includes("/")) path = `library/${path}`;
  if (path.length > longestPath) throw bad(`its repository has more than ${longestPath} characters`);
  const short = domain === "docker.io" ? path.replace(/^library\/(?=[^/]+$)/, "") : `${domain}/${path}`;
  const familiar = `${short}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
  return { domain, path, ...(tag ? { tag } : {}), ...(digest ? { digest } : {}), familiar };
}
