import { once } from "node:events";
import { testEngine, type TestEngine } from "@slipway/testing";
import { connect, type Engine } from "@slipway/transport";

/** An engine that a test may end, which has an image of another. */
export async function startOwnEngine(from: Engine, image: string): Promise<TestEngine> {
  const own = await testEngine();
  const engine = await connect({ host: own.host });
  const answer = await engine.docker.loadImage(await from.docker.getImage(image).get());
  answer.resume();
  await once(answer, "end");
  engine.close();
  return own;
}
