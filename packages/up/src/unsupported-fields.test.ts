import type { Project } from "@slipway/compose";
import { expect, test } from "vitest";
import { unsupportedFields } from "./unsupported-fields.ts";

const nothing = { environment: {}, ports: [], volumes: [], networks: {}, depends_on: {}, labels: {} };

function paths(service: object, api = "1.41"): (string | undefined)[] {
  const project = { name: "p", services: { web: { name: "web", ...nothing, ...service } }, networks: {}, volumes: {} };
  return unsupportedFields(project as unknown as Project, ["web"], api).map(({ path }) =>
    path?.replace("services.web.", ""),
  );
}

test("all fields that are not carried out are named at once, with the parts of fields", () => {
  expect(
    paths({
      image: "x",
      deploy: { replicas: 2 },
      secrets: [{ source: "s" }],
      links: ["db"],
      scale: 3,
      volumes: [
        { type: "volume", source: "data", target: "/d", volume: { subpath: "x" } },
        { type: "npipe", source: "x", target: "/n" },
      ],
      networks: { default: { mac_address: "02:42:ac:11:65:43", aliases: ["a"] } },
      devices: [{ source: "vendor.com/class=x", target: "vendor.com/class=x" }],
      pull_policy: "always",
    }),
  ).toEqual([
    "deploy",
    "secrets",
    "links",
    "scale",
    "pull_policy",
    "networks.default.mac_address",
    "volumes[0].volume.subpath",
    "volumes[1].type",
    "devices[0]",
  ]);
});

test("what asks nothing of the container is no problem", () => {
  expect(
    paths({
      image: "x",
      build: { context: "." },
      develop: { watch: [] },
      profiles: ["a"],
      pull_policy: "missing",
      scale: 1,
      secrets: [],
      deploy: {},
      links: null,
      "x-mine": { a: 1 },
    }),
  ).toEqual([]);
});

test("fields that the engine is too old for", () => {
  const service = { healthcheck: { test: ["CMD", "true"], start_interval: "1s" }, annotations: { a: "b" } };
  expect(paths(service, "1.41")).toEqual(["annotations", "healthcheck.start_interval"]);
  expect(paths(service, "1.43")).toEqual(["healthcheck.start_interval"]);
  expect(paths(service, "1.44")).toEqual([]);
});
