import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, type Engine } from "@slipway/transport";

/** What a fake engine answers with. */
export interface FakeEngineOptions {
  readonly architecture: string;
  /** Of a registry, by image: `{os, architecture}` each. */
  readonly lists?: Readonly<Record<string, readonly object[]>>;
}

/** The API of an engine that has no image and builds nothing. */
export interface FakeEngine {
  readonly engine: Engine;
  /** The images that were pulled, with their platform. */
  readonly pulls: string[];
  /** Pulls end only with their requests. */
  holdPulls: boolean;
  /** How many pulls are under way. */
  readonly open: () => number;
  stop(): Promise<void>;
}

export async function startFakeEngine({ architecture, lists = {} }: FakeEngineOptions): Promise<FakeEngine> {
  const pulls: string[] = [];
  const fake = { holdPulls: false };
  let open = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://engine");
    const path = url.pathname.replace(/^\/v[\d.]+/, "");
    const image = /^\/distribution\/(.*)\/json$/.exec(path)?.[1];
    if (path === "/_ping") response.end("OK");
    else if (path === "/version") {
      response.end(JSON.stringify({ ApiVersion: "1.41", Version: "20.10.24", Os: "linux", Arch: architecture }));
    } else if (path === "/info") response.end("{}");
    else if (image !== undefined && lists[image]) response.end(JSON.stringify({ Platforms: lists[image] }));
    else if (path === "/images/create") {
      pulls.push(`${url.searchParams.get("fromImage")} ${url.searchParams.get("platform")}`);
      open += 1;
      response.once("close", () => (open -= 1));
      response.write('{"status":"begun"}\n');
      if (!fake.holdPulls) response.end();
    } else response.writeHead(404).end('{"message":"none"}');
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const engine = await connect({ host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return Object.assign(fake, {
    engine,
    pulls,
    open: () => open,
    stop: () => {
      engine.close();
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  });
}
