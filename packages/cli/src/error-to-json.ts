import { isSlipwayError } from "@slipway/errors";

/** An error as data: what JSON has no form of its own for. */
export function errorToJson(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) };
  if (!isSlipwayError(error)) return { message: error.message };
  const { code, message, hint, range } = error;
  const { step, exitCode, output } = error as { step?: string; exitCode?: number; output?: readonly string[] };
  return { code, message, hint, range, step, exitCode, ...(output?.length ? { output } : {}) };
}
