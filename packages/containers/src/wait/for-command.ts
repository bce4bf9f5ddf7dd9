import { poll } from "./poll.ts";
import { stillRunning } from "./still-running.ts";
import type { WaitStrategy } from "./wait-strategy.ts";

/** Ready when a command in the container succeeds. */
export function forCommand(command: readonly string[]): WaitStrategy {
  return {
    waitsFor: `\`${command.join(" ")}\` to succeed`,
    wait: async (container, { signal }) => {
      await poll(async () => {
        await stillRunning(container, signal);
        const { exitCode, logs } = await container.exec(command, { signal });
        await logs.close();
        return exitCode === 0;
      }, signal);
    },
  };
}
