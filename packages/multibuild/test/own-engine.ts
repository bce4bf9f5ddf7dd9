import { testEngine } from "@slipway/testing";
import { connect, type Engine } from "@slipway/transport";

/** An engine of a test's own. */
export interface OwnEngine {
  readonly engine: Engine;
  /** Ends it at once, with everything that it runs. */
  kill(): Promise<void>;
  /** Removes what it left. */
  clean(): Promise<void>;
}

export async function startOwnEngine(): Promise<OwnEngine> {
  const own = await testEngine();
  const engine = await connect({ host: own.host });
  return {
    engine,
    kill: () => own.kill(),
    clean: async () => {
      engine.close();
      await own.remove();
    },
  };
}
