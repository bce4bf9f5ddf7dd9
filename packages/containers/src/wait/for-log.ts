import { ContainersError } from "../containers-error.ts";
import type { WaitStrategy } from "./wait-strategy.ts";

const longestLine = 64 * 1024;

/** Ready when a line of its output has this text, or matches, as often as `times` says. */
export function forLog(pattern: string | RegExp, options: { readonly times?: number } = {}): WaitStrategy {
  const { times = 1 } = options;
  const matches = (line: string): boolean =>
    typeof pattern === "string" ? line.includes(pattern) : line.search(pattern) >= 0;
  const shown = typeof pattern === "string" ? `\`${pattern}\`` : String(pattern);
  return {
    waitsFor: `${times === 1 ? "a line" : `${times} lines`} with ${shown}`,
    wait: async (container, { signal }) => {
      let left = times;
      const partial = { stdout: "", stderr: "" };
      const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
      for await (const { stream, data } of container.logs({ follow: true, signal })) {
        const lines = (partial[stream] + decoders[stream].decode(data, { stream: true })).split(/\r?\n/);
        // A line without an end yet, such as a prompt, is looked at too, but counts once.
        const unfinished = (lines.pop() ?? "").slice(-longestLine);
        for (const line of lines) if (matches(line)) left -= 1;
        partial[stream] = unfinished;
        if (left <= 0 || (left === 1 && matches(unfinished))) return;
      }
      throw new ContainersError("CONTAINERS_CONTAINER_NOT_READY", "it ended without it");
    },
  };
}
