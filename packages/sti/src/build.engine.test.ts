import { describe, expect, test } from "vitest";
import { s2iScripts, useBench } from "../test/bench.ts";
import { build } from "./build.ts";

const bench = useBench();

// The original's integration cases, each by both methods: clean, incremental, extended, incremental extended.
describe.concurrent.each(["build", "run"] as const)("method %s", (method) => {
  test("clean, then incremental, then clean again", async () => {
    const baseImage = await bench.builder();
    const source = await bench.folder({ "index.html": "<p>hello</p>\n" });
    const environment = { LIST: "a,b=c", QUOTED: `it's "x" \\ $HOME`, LINES: "one\ntwo" };
    const request = bench.request({ source, baseImage, method, environment, removePrevious: true });
    const first = await build(request).result;
    expect(first).toMatchObject({ success: true, incremental: false });
    expect(await bench.output(request.tag)).toBe("running: count environment index.html \n");
    expect(await bench.look(request.tag, "cat /app/index.html; ls -1a /tmp; ls -A /tmp/artifacts")).toBe(
      "<p>hello</p>\n.\n..\nsrc\nls: /tmp/artifacts: No such file or directory\n",
    );
    const inside =
      'for name in LIST QUOTED LINES; do eval "printf \'%s;\' \\"\\$$name\\""; done; grep -A1 LINES /app/environment';
    expect(await bench.look(request.tag, inside)).toBe(`a,b=c;it's "x" \\ $HOME;one\ntwo;LINES=one\ntwo\n`);

    const second = await build(request).result;
    expect(second.incremental).toBe(true);
    expect(await bench.look(request.tag, "cat /app/count; ls -A /tmp/artifacts")).toBe("x\nx\n");

    const third = await build({ ...request, clean: true }).result;
    expect(third.incremental).toBe(false);
    expect(await bench.look(request.tag, "cat /app/count")).toBe("x\n");
    expect(
      await bench.engine.docker
        .getImage(second.imageId)
        .inspect()
        .catch(({ statusCode }) => statusCode),
    ).toBe(404);
  });

  test("extended, then incremental extended", async () => {
    const baseImage = await bench.builder();
    const runtimeImage = await bench.builder({
      prepare: "#!/bin/sh -e\nmkdir /site\ncp -R /tmp/src/. /site/\necho $GREETING > /site/greeting\n",
      run: "#!/bin/sh\necho serving $(ls /site)\n",
    });
    const source = await bench.folder({ "index.html": "<p>hello</p>\n" });
    const request = bench.request({
      source,
      baseImage,
      runtimeImage,
      method,
      environment: { GREETING: "good day" },
      removePrevious: true,
    });
    const first = await build(request).result;
    expect(first.buildImage?.tag).toBe(`${request.tag}-build`);
    expect(await bench.output(request.tag)).toBe("serving count environment greeting index.html\n");
    expect(
      await bench.look(
        request.tag,
        "cat /site/greeting /site/count; grep GREETING /site/environment; ls /usr/bin/save-artifacts",
      ),
    ).toBe("good day\nx\nGREETING=good day\nls: /usr/bin/save-artifacts: No such file or directory\n");
    expect(await bench.look(`${request.tag}-build`, "ls -1 /app")).toBe("count\nenvironment\nindex.html\n");
    const second = await build(request).result;
    expect(second.incremental).toBe(true);
    expect(await bench.look(request.tag, "cat /site/count")).toBe("x\nx\n");
  });

  test("s2i's layout: scripts where the label says, artifacts as a tar, the source's own scripts and environment", async () => {
    const baseImage = await bench.builder(s2iScripts, {
      folder: "/opt/s2i",
      dockerfile:
        'LABEL io.openshift.s2i.scripts-url="image:///opt/s2i"\nENTRYPOINT ["/bin/sh", "-c", "exec \\"$0\\""]\nRUN mkdir /app && chown 1001 /app\nUSER 1001',
    });
    const source = await bench.folder({
      "index.html": "x",
      "secret.key": "k",
      ".s2iignore": "*.key\n",
      ".git/config": "g",
      ".s2i/environment": '# a comment\nCOLOUR=dark blue, or "black"\nOVER=file\n',
      ".s2i/bin/run": "#!/bin/sh\necho mine as $(id -u): $COLOUR $OVER\n",
    });
    const request = bench.request({
      source,
      baseImage,
      method,
      environment: { OVER: "request" },
      removePrevious: true,
    });
    await build(request).result;
    expect(await bench.output(request.tag)).toBe('mine as 1001: dark blue, or "black" request\n');
    await build(request).result;
    expect(await bench.look(request.tag, "cat /app/count; ls -1A /app; ls -ln /app/index.html | cut -c1-25")).toBe(
      "x\nx\n.s2i\n.s2iignore\ncount\nenvironment\nindex.html\n-rw-r--r--    1 1001     \n",
    );
    const { Config } = await bench.engine.docker.getImage(request.tag).inspect();
    expect(Config).toMatchObject({ User: "1001", Cmd: ["/tmp/scripts/run"] });
    expect(Config.Labels).toMatchObject({
      "io.openshift.s2i.build.image": baseImage,
      "io.openshift.s2i.build.source-location": source,
    });
  });
});

test("nothing is left", async () => {
  expect(await bench.leftovers()).toEqual([]);
});
