// What the scripts print: one line a step, so that a newcomer can follow along.
import { styleText } from "node:util";

/** @param {string} text */
export function heading(text) {
  console.log(`\n${styleText("bold", text)}`);
}

/** @param {string} text */
export function step(text) {
  console.log(`${styleText("cyan", "›")} ${text}`);
}

/**
 * A failure of set-up that the person can act on: printed without a stack.
 */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {string} [hint]
   */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Runs a script's main function; errors become a message on stderr and exit code 1 (3: no engine).
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const { message, hint, code } = /** @type {{ message: string, hint?: string, code?: string }} */ (error);
    console.error(`${styleText("red", "error:")} ${message}`);
    if (hint) console.error(`  hint: ${hint}`);
    if (!(error instanceof SetupError) && !hint) console.error(error);
    process.exitCode = code === "TRANSPORT_NO_ENGINE" ? 3 : 1;
  }
}

/** @param {number} since a `performance.now()` */
export function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
