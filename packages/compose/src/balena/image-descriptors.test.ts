import { expect, test } from "vitest";
import { normalize } from "../normalize.ts";
import { imageDescriptors } from "./image-descriptors.ts";

test("one a service, in order, with what its labels require", () => {
  const project = normalize(`services:
  web:
    build: { context: ./web, dockerfile: D }
    image: name-of-what-is-built
  db:
    image: "db:1"
    labels: { io.balena.features.requires.sw.supervisor: ">=16", io.balena.features.requires.arch.sw: aarch64 }
`);
  const [web, db, ...more] = imageDescriptors(project);
  expect(web).toEqual({ serviceName: "web", image: { context: "web", dockerfile: "D" } });
  expect(db).toMatchObject({ serviceName: "db", image: "db:1" });
  expect(db?.contract).toMatchObject({
    type: "sw.container",
    slug: "contract-for-db",
    requires: [
      { type: "sw.supervisor", version: ">=16" },
      { type: "arch.sw", slug: "aarch64" },
    ],
  });
  expect(more).toEqual([]);
});
