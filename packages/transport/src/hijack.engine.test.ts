import { once } from "node:events";
import { expect, test } from "vitest";
import { connect } from "./connect.ts";
import { describeEngine } from "./describe-engine.ts";
import { hijack } from "./hijack.ts";
import { openBuildSession } from "./session/build-session.ts";

test("a connection taken over: the engine's session, or its refusal without BuildKit, and an answer that isn't a switch", async () => {
  const engine = await connect();
  try {
    await expect(hijack(engine, { path: "/no-such", method: "POST" })).rejects.toMatchObject({ statusCode: 404 });
    if (!(await describeEngine(engine)).buildkit) {
      await expect(openBuildSession(engine, {})).rejects.toMatchObject({
        code: "TRANSPORT_REFUSED",
        message: expect.stringContaining("no BuildKit"),
      });
      return;
    }
    const session = await hijack(engine, {
      path: "/session",
      method: "POST",
      headers: {
        Upgrade: "h2c",
        "X-Docker-Expose-Session-Uuid": "slipway-hijack",
        "X-Docker-Expose-Session-Grpc-Method": ["/a.b/C", "/d.e/F"],
      },
    });
    // The engine is the HTTP/2 client: it speaks first.
    const [first] = (await once(session, "data")) as [Buffer];
    expect(first.toString("latin1")).toMatch(/^PRI \* HTTP\/2\.0/);
    session.destroy();
    const controller = new AbortController();
    const aborted = await hijack(engine, {
      path: "/session",
      method: "POST",
      headers: { Upgrade: "h2c", "X-Docker-Expose-Session-Uuid": "slipway-hijack-2" },
      signal: controller.signal,
    });
    const closed = once(aborted, "close").catch((error: unknown) => error);
    controller.abort();
    await closed;
    expect(aborted.destroyed).toBe(true);
  } finally {
    engine.close();
  }
});
