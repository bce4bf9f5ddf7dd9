import { connect } from "node:net";
import { addressOf } from "./address-of.ts";
import { poll } from "./poll.ts";
import { stillRunning } from "./still-running.ts";
import type { WaitStrategy } from "./wait-strategy.ts";

/** An engine's proxy accepts a connection for a port that nobody listens at, and then closes it. */
const settledMs = 50;

/** Ready when a connection to the port is accepted and stays open, or is sent something. */
export function forPort(port: number): WaitStrategy {
  return {
    waitsFor: `port ${port} to accept connections`,
    wait: async (container, { signal }) => {
      const address = await addressOf(container, port, signal);
      await poll(async () => {
        if (await accepts(address, signal)) return true;
        await stillRunning(container, signal);
        return false;
      }, signal);
    },
  };
}

function accepts({ host, port }: { host: string; port: number }, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    // A signal of its own: Node doesn't take its listener off again.
    const socket = connect({ host, port, signal: AbortSignal.any([signal]) });
    const finish = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    let timer: NodeJS.Timeout | undefined;
    socket.once("connect", () => (timer = setTimeout(() => finish(true), settledMs)));
    socket.once("data", () => finish(true));
    socket.once("end", () => finish(false));
    socket.once("error", () => finish(false));
  });
}
