import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { packEntries } from "@slipway/context";
import { connect, type Engine, inspectImage } from "@slipway/transport";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "./build.ts";
import { buildStageImages, type StageImagesOptions } from "./build-stage-images.ts";

const runId = `stages-${randomBytes(4).toString("hex")}`;
const filters = { label: [`dev.slipway.test=${runId}`] };
const from = "FROM slipway-base/busybox:1";
const label = `LABEL dev.slipway.test=${runId} stage=`;
const dockerfile = [
  `${from} AS Base\n${label}0`,
  `${from}\n${label}1\nRUN echo ${runId} > /made`,
  `FROM base AS build\n${label}2\nCOPY --from=1 /made /`,
  `${from} AS unused\n${label}3`,
  `${from}\n${label}4\nCOPY --from=build /made /\n`,
].join("\n");

let engine: Engine;

beforeAll(async () => {
  engine = await connect();
});

afterAll(async () => {
  const images = await engine.docker.listImages({ all: true, filters });
  for (const { Id } of images.toSorted((a, b) => b.Created - a.Created)) {
    await engine.docker
      .getImage(Id)
      .remove({ force: true })
      .catch(() => undefined);
  }
  const left = await engine.docker.listImages({ all: true, filters });
  engine.close();
  if (left.length > 0) throw new Error(`images are left: ${left.map(({ Id }) => Id).join(" ")}`);
});

function context(text = dockerfile): Readable {
  return packEntries(
    (async function* () {
      yield { header: { name: "sub/Dockerfile", type: "file" as const }, body: text };
      yield { header: { name: "other", type: "file" as const }, body: "other" };
    })(),
  );
}

describe.each(["buildkit", "classic"] as const)("%s", (builder) => {
  const common = { builder, dockerfile: "sub/Dockerfile" } as const;

  test("an untagged image of each stage, named or not, used or not, in the order asked for", async () => {
    await build(engine, context(), common).result;
    const ids = await buildStageImages(engine, () => context(), { ...common, stages: [0, 1, "BUILD", 3, 0] });
    const images = await Promise.all(ids.map((id) => inspectImage(engine, id)));
    expect(images.map((image) => image?.Id)).toEqual(ids);
    expect(images.map((image) => image?.Config.Labels?.["stage"])).toEqual(["0", "1", "2", "3", "0"]);
    expect(images.flatMap((image) => image?.RepoTags ?? [])).toEqual([]);
  });

  test("a stage that is not there", async () => {
    const stages = buildStageImages(engine, () => context(), { ...common, stages: [0, 9] });
    await expect(stages).rejects.toMatchObject({
      code: "BUILD_NO_STAGE",
      message: expect.stringContaining("sub/Dockerfile has no stage 9; it has 5: base, "),
    });
  });

  test("the failure of one stage ends the others", async () => {
    const text = `${from} AS a\n${label}a\nRUN sleep 1000 # ${runId}\n${from} AS b\n${label}b\nRUN exit 3\n${from}\n`;
    // The classic builder goes from stage to stage, and would be at the first for long.
    const stages = builder === "classic" ? text.replace("sleep 1000", "true") : text;
    await expect(
      buildStageImages(engine, () => context(stages), { ...common, stages: ["a", "b"] }),
    ).rejects.toMatchObject({ code: "BUILD_FAILED", exitCode: 3 });
  });

  test("an abort", async () => {
    const abort = new AbortController();
    const opened = (): Readable => {
      const tar = context(`${from} AS a\n${label}a\nRUN sleep 1000 # abort ${runId}\n${from}\n`);
      tar.once("end", () => abort.abort(new Error("enough")));
      return tar;
    };
    await expect(buildStageImages(engine, opened, { ...common, stages: ["a"], signal: abort.signal })).rejects.toThrow(
      "enough",
    );
  });
});

test("options that stage images cannot have", async () => {
  const options = { stages: [0], tags: ["a"] } as StageImagesOptions;
  await expect(buildStageImages(engine, () => context(), options)).rejects.toMatchObject({ code: "BUILD_BAD_OPTION" });
});
