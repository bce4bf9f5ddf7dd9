import { expect, test } from "vitest";
import { fixtureArchive, unpack } from "../test/fixture-archive.ts";
import { fromImageDescriptors } from "./from-image-descriptors.ts";
import { releaseTasks } from "./split-tasks.ts";

test("descriptors become tasks: a name is pulled, the others have their files", async () => {
  const contract = { type: "sw.container", slug: "s" };
  const tasks = await fromImageDescriptors(
    [
      { serviceName: "db", image: "postgres", contract },
      { serviceName: "web", image: { context: "./web", args: { A: "1" }, target: "t", tag: "shop/web" } },
      { serviceName: "all", image: {} },
    ],
    fixtureArchive({ "web/Dockerfile": "FROM web", "x/y": "1" }),
  );
  expect(tasks).toMatchObject([
    { serviceName: "db", external: true, imageName: "postgres", contract },
    {
      serviceName: "web",
      external: false,
      context: "web",
      tag: "shop/web",
      args: { A: "1" },
      dockerOpts: { target: "t" },
    },
    { serviceName: "all", external: false, context: ".", labels: {} },
  ]);
  expect(tasks[2]?.tag).toBeUndefined();
  const streams = tasks.flatMap(({ buildStream }) => (buildStream ? [buildStream] : []));
  expect(await Promise.all(streams.map(unpack))).toEqual([
    { Dockerfile: "FROM web" },
    { "web/Dockerfile": "FROM web", "x/y": "1" },
  ]);
  await releaseTasks(tasks);
});
