import { isIP } from "node:net";
import { parseReference, type RegistryAuth, registryAuthFor } from "@slipway/transport";
import type { RegistryCredentials } from "../backend/pull-options.ts";
import { ContainersError } from "../containers-error.ts";

/** What a registry's manifests may be. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** How to reach a registry. */
export interface RegistryOptions {
  readonly auth?: RegistryCredentials | undefined;
  /** Registries, by host and port, that are spoken to without TLS. */
  readonly plain: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** One repository of a registry, by the distribution API. */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #domain: string;
  readonly #path: string;
  #base: string | undefined;
  #authorization: string | undefined;

  constructor(name: string, options: RegistryOptions) {
    const { domain, path } = parseReference(name);
    this.#domain = domain;
    this.#path = path;
    this.#options = options;
  }

  /** A manifest, or a list of some, by tag or digest. */
  async manifest(reference: string): Promise<{ readonly body: Buffer; readonly mediaType: string }> {
    const answer = await this.#get(`manifests/${reference}`, manifestTypes.join(", "));
    const body = Buffer.from(await answer.arrayBuffer());
    const { mediaType } = JSON.parse(body.toString()) as { mediaType?: string };
    const told = answer.headers.get("content-type")?.split(";")[0];
    return { body, mediaType: mediaType ?? told ?? "" };
  }

  /** A layer or a configuration, as it comes. */
  async blob(digest: string): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#get(`blobs/${digest}`, "*/*");
    return (answer.body ?? []) as unknown as AsyncIterable<Uint8Array>;
  }

  async #get(what: string, accept: string): Promise<Response> {
    const { signal } = this.#options;
    const base = (this.#base ??= await this.#findBase());
    const url = `${base}/v2/${this.#path}/${what}`;
    const ask = async (): Promise<Response> =>
      await fetch(url, {
        headers: { Accept: accept, ...(this.#authorization ? { Authorization: this.#authorization } : {}) },
        ...(signal ? { signal } : {}),
      });
    let answer = await ask();
    if (answer.status === 401) {
      await answer.body?.cancel();
      this.#authorization = await this.#authorize(answer.headers.get("www-authenticate") ?? "");
      answer = await ask();
    }
    if (answer.ok) return answer;
    const said = (await answer.text()).slice(0, 500);
    throw new ContainersError("CONTAINERS_IMAGE_PULL", `${url} answered ${answer.status}: ${problemOf(said)}`, {
      hint: answer.status === 401 || answer.status === 403 ? "log in to the registry with `docker login`" : undefined,
    });
  }

  /** Where the registry answers: with TLS, or without where that is said or it is on this machine. */
  async #findBase(): Promise<string> {
    const host = this.#domain === "docker.io" ? "registry-1.docker.io" : this.#domain;
    if (this.#options.plain.includes(this.#domain)) return `http://${host}`;
    if (!isLocal(host)) return `https://${host}`;
    const { signal } = this.#options;
    try {
      const answer = await fetch(`https://${host}/v2/`, signal ? { signal } : {});
      await answer.body?.cancel();
      return `https://${host}`;
    } catch (error) {
      signal?.throwIfAborted();
      // A certificate that isn't trusted is TLS all the same, and is told by the first request.
      const { code = "" } = ((error as Error).cause ?? {}) as { code?: string };
      return code.includes("CERT") || code.includes("SIGNED") ? `https://${host}` : `http://${host}`;
    }
  }

  async #authorize(challenge: string): Promise<string> {
    const given: RegistryCredentials | RegistryAuth | undefined =
      this.#options.auth ?? (await registryAuthFor(this.#domain, this.#options.environment, this.#options));
    const { username, password, identitytoken } = given ?? {};
    const basic =
      username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
    const [scheme = "", rest = ""] = challenge.split(/ (.*)/s);
    if (scheme.toLowerCase() === "basic" && basic) return basic;
    const parameters = Object.fromEntries(
      [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
    );
    const { realm, service = "", scope = `repository:${this.#path}:pull` } = parameters;
    if (scheme.toLowerCase() !== "bearer" || !realm) {
      throw new ContainersError("CONTAINERS_IMAGE_PULL", `the registry ${this.#domain} asks for credentials`, {
        hint: "log in to it with `docker login`, or give `auth`",
      });
    }
    return `Bearer ${await this.#token(realm, { service, scope }, basic, identitytoken)}`;
  }

  async #token(
    realm: string,
    query: { readonly service: string; readonly scope: string },
    basic: string | undefined,
    identitytoken: string | undefined,
  ): Promise<string> {
    const { signal } = this.#options;
    const url = new URL(realm);
    const form = new URLSearchParams(query);
    let answer: Response;
    if (identitytoken) {
      form.set("grant_type", "refresh_token");
      form.set("refresh_token", identitytoken);
      form.set("client_id", "slipway");
      answer = await fetch(url, { method: "POST", body: form, ...(signal ? { signal } : {}) });
    } else {
      for (const [name, value] of form) url.searchParams.append(name, value);
      answer = await fetch(url, { headers: basic ? { Authorization: basic } : {}, ...(signal ? { signal } : {}) });
    }
    const { token, access_token: access } = (await answer.json().catch(() => ({}))) as Record<string, string>;
    const given = token ?? access;
    if (answer.ok && given) return given;
    throw new ContainersError("CONTAINERS_IMAGE_PULL", `${url.origin} gave no token for ${query.scope}`, {
      hint: "log in to the registry with `docker login`, or give `auth`",
    });
  }
}

function isLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return name === "localhost" || (isIP(name) === 4 && name.startsWith("127.")) || name === "::1";
}

function problemOf(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: { message?: string; code?: string }[] };
    return errors?.map(({ message, code }) => message ?? code).join(", ") || body;
  } catch {
    return body;
  }
}
