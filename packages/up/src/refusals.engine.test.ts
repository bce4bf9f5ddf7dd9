import { normalize } from "@slipway/compose";
import { isSlipwayError } from "@slipway/errors";
import { connect, type Engine } from "@slipway/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { down } from "./down.ts";
import { status } from "./status.ts";
import { up, type UpOptions } from "./up.ts";

// What is refused before anything is made, so that there is nothing to be removed.
const image = "slipway-base/busybox:1";
const name = "slipway-refused";

let engine: Engine;

beforeAll(async () => {
  engine = await connect();
});

afterAll(() => engine.close());

async function refusal(services: Record<string, object>, options: Partial<UpOptions> = {}): Promise<unknown> {
  const error = await up(normalize({ name, services }), { engine, ...options }).result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(await status(name, { engine })).toEqual({ project: name, containers: [], networks: [], volumes: [] });
  return isSlipwayError(error) ? error.problems : error;
}

test("missing images are told all at once", async () => {
  const services = { a: { image: "slipway-none/a" }, b: { build: "." }, c: { image } };
  expect(await refusal(services)).toEqual([
    {
      code: "UP_IMAGE_MISSING",
      message: "service a: image slipway-none/a is not on the engine",
      hint: "pull it first: `docker pull slipway-none/a`",
      path: "services.a.image",
    },
    {
      code: "UP_IMAGE_MISSING",
      message: `service b: image ${name}-b is not on the engine`,
      hint: "build service b first",
      path: "services.b.build",
    },
  ]);
});

test("an image may be given for a service, by whatever name", async () => {
  const services = { a: { image: "slipway-none/a" } };
  expect(await refusal(services, { images: { a: "slipway-none/b" } })).toMatchObject([
    { message: "service a: image slipway-none/b is not on the engine" },
  ]);
});

test("fields that are not carried out are told all at once", async () => {
  const services = { a: { image, deploy: { replicas: 2 } }, b: { image, links: ["a"] } };
  expect(await refusal(services)).toMatchObject([
    { code: "UP_UNSUPPORTED_FIELD", path: "services.a.deploy" },
    { code: "UP_UNSUPPORTED_FIELD", path: "services.b.links" },
  ]);
});

test("an unknown service", async () => {
  expect(await refusal({ web: { image } }, { services: ["wbe"] })).toEqual([
    {
      code: "UP_UNKNOWN_SERVICE",
      message: `project ${name} has no service wbe`,
      hint: "did you mean web?",
    },
  ]);
});

test("a signal that has aborted", async () => {
  const reason = new Error("too late");
  const signal = AbortSignal.abort(reason);
  expect(await refusal({ web: { image } }, { signal })).toBe(reason);
  await expect(down(name, { engine, signal }).result).rejects.toBe(reason);
  await expect(status(name, { engine, signal })).rejects.toBe(reason);
});
