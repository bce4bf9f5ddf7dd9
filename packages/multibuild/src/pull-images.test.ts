import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "@slipway/transport";
import { afterEach, beforeEach, expect, test } from "vitest";
import { performBuilds } from "./perform-builds.ts";
import type { BuildTask } from "./build-task.ts";

/** What pulls were asked for, with their credentials. */
let pulls: unknown[];
let server: Server;

// The API of an engine that has no image, and to whom every registry gives all.
beforeEach(async () => {
  pulls = [];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://engine");
    if (url.pathname.endsWith("/_ping")) response.end("OK");
    else if (url.pathname.endsWith("/version")) response.end('{"ApiVersion":"1.41","Version":"20.10.24"}');
    else if (url.pathname.endsWith("/images/create")) {
      const auth = request.headers["x-registry-auth"] as string | undefined;
      const credentials: unknown = auth && JSON.parse(Buffer.from(auth, "base64url").toString());
      const name = `${url.searchParams.get("fromImage")}:${url.searchParams.get("tag") || ""}`.replace(/:$/, "");
      pulls.push([name, credentials]);
      response.end('{"id":"layer","status":"Downloading"}\n{"status":"done"}\n');
    } else response.writeHead(404).end('{"message":"none"}');
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(resolve));
});

test("an image is pulled once, with its own registry's credentials, and its progress goes to all who have it", async () => {
  const engine = await connect({ host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const progress: string[] = [];
  const tasks = ["a", "b", "c"].map((serviceName): BuildTask => ({
    serviceName,
    external: true,
    resolved: false,
    imageName: serviceName === "c" ? "other.io/x" : "mine.io/x:1",
    progressHook: (said) => progress.push(`${serviceName} ${said.toString()}`),
  }));
  const registrySecrets = { "mine.io": { username: "u", password: "p" }, "third.io": { username: "t", password: "t" } };
  const images = await performBuilds(tasks, engine, { registrySecrets });
  engine.close();
  expect(images.map(({ successful, name }) => [name, successful])).toEqual([
    ["mine.io/x:1", true],
    ["mine.io/x:1", true],
    ["other.io/x", true],
  ]);
  expect(pulls).toEqual([
    ["mine.io/x:1", { username: "u", password: "p", serveraddress: "mine.io" }],
    ["other.io/x:latest", {}],
  ]);
  expect(progress.toSorted()).toEqual(
    ["a", "b", "c"].flatMap((name) => [`${name} done`, `${name} layer: Downloading`]),
  );
});
