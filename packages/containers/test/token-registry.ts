import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** What a registry serves: manifests by tag or digest, and blobs by digest. */
export interface Content {
  readonly manifests: ReadonlyMap<string, { readonly mediaType: string; readonly body: Buffer }>;
  readonly blobs: ReadonlyMap<string, Buffer>;
}

/** A registry that asks for a bearer token, which another address gives for a name and a password. */
export class TokenRegistry {
  readonly domain: string;
  /** Requests as they came: method and path, and whether they had a token. */
  readonly requests: string[] = [];
  readonly #server: Server;

  private constructor(server: Server, requests: string[]) {
    this.#server = server;
    this.requests = requests;
    this.domain = `127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  static async start(content: Content, user: string, password: string): Promise<TokenRegistry> {
    const requests: string[] = [];
    const token = createHash("sha256").update(`${user}${Date.now()}`).digest("hex");
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://registry");
      requests.push(url.pathname);
      const { authorization = "" } = request.headers;
      if (url.pathname === "/token") {
        const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
        const fits = authorization === basic && url.searchParams.get("scope") === "repository:some/app:pull";
        response.writeHead(fits ? 200 : 401).end(JSON.stringify(fits ? { token } : { details: "no" }));
        return;
      }
      if (authorization !== `Bearer ${token}`) {
        const challenge = `Bearer realm="http://${request.headers.host}/token",service="test",scope="repository:some/app:pull"`;
        response.writeHead(401, { "WWW-Authenticate": challenge }).end('{"errors":[{"message":"who are you?"}]}');
        return;
      }
      const [, kind, name = ""] = /^\/v2\/some\/app\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? [];
      const manifest = kind === "manifests" ? content.manifests.get(name) : undefined;
      const body = manifest?.body ?? (kind === "blobs" ? content.blobs.get(name) : undefined);
      if (!body) response.writeHead(404).end('{"errors":[{"code":"NOT_FOUND","message":"not here"}]}');
      else response.writeHead(200, { "Content-Type": manifest?.mediaType ?? "application/octet-stream" }).end(body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TokenRegistry(server, requests);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
