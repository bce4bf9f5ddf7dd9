import type { LiveControl } from "./live-control.ts";

/** A terminal's keyboard. */
export interface Keyboard {
  readonly isTTY?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
  on(event: "data", listener: (data: Buffer) => void): unknown;
  off(event: "data", listener: (data: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What the keys do, in a line. */
export const keyHelp: string = "b build anew · r restart · p pause · q quit";

/**
 * Reads keys until told to stop: b builds anew, r restarts, p pauses and goes on, q quits, as Ctrl-C does.
 * @param onPause told whether pushes are held back now
 * @returns ends it and leaves the terminal as it was
 */
export function readKeys(
  keyboard: Keyboard,
  control: LiveControl,
  quit: () => void,
  onPause: (paused: boolean) => void,
): () => void {
  if (!keyboard.isTTY) return () => undefined;
  let paused = false;
  const listener = (data: Buffer): void => {
    for (const key of data.toString("latin1")) {
      if (key === "b") control.rebuild();
      else if (key === "r") control.restart();
      else if (key === "q" || key === "\x03") quit();
      else if (key === "p") {
        paused = !paused;
        control.pause(paused);
        onPause(paused);
      }
    }
  };
  keyboard.setRawMode?.(true);
  keyboard.on("data", listener);
  keyboard.resume();
  return () => {
    keyboard.off("data", listener);
    keyboard.setRawMode?.(false);
    keyboard.pause();
  };
}
