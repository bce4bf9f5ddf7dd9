import { parseDuration } from "./duration.ts";
import type { ImageHealthcheck } from "./image-config.ts";
import { readJsonForm } from "../syntax/json-list.ts";
import { badArguments, type StageContext } from "./stage-context.ts";
import type { Instruction } from "../syntax/tree.ts";

const durations = {
  interval: "interval",
  timeout: "timeout",
  "start-period": "startPeriod",
  "start-interval": "startInterval",
} as const;

/** The least that the engine takes, in nanoseconds. */
const shortest = 1e6;

/** Reads a HEALTHCHECK's arguments and flags. */
export function readHealthcheck(context: StageContext, instruction: Instruction): ImageHealthcheck | undefined {
  const { args, flags, range } = instruction;
  const bad = (message: string, hint?: string): undefined => badArguments(context, range, message, hint);
  const [, type = "", command = ""] = /^(\S*)\s*(.*)$/s.exec(args) ?? [];
  if (type.toUpperCase() === "NONE")
    return command === "" ? { test: ["NONE"] } : bad("HEALTHCHECK NONE takes no arguments");
  if (type.toUpperCase() !== "CMD") {
    return bad(`HEALTHCHECK takes NONE, or CMD and a command; read \`${args}\``, "write HEALTHCHECK CMD …");
  }
  const form = readJsonForm(command, { tail: context.rules.jsonTail });
  if (form.kind === "not-strings") return bad(`\`${command}\` is not a list of strings`);
  if (command === "" || (form.kind === "list" && form.items.length === 0))
    return bad("HEALTHCHECK CMD needs a command");
  const numbers: Record<string, number> = {};
  let isRight = true;
  const wrong = (message: string, hint?: string): void => {
    isRight = false;
    bad(message, hint);
  };
  for (const { name, value = "" } of flags) {
    if (name === "retries") {
      const retries = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
      const least = context.rules.zeroHealth ? 0 : 1;
      if (!(retries >= least && retries < 2 ** 31)) wrong(`--retries is a number from ${least} on; read \`${value}\``);
      else if (retries > 0) numbers["retries"] = retries;
    } else if (Object.hasOwn(durations, name) && value !== "") {
      const duration = parseDuration(value);
      const isZero = duration === 0 && context.rules.zeroHealth;
      if (duration === undefined) wrong(`--${name} is a duration; read \`${value}\``, "write it as 30s or 1m30s");
      else if (duration < shortest && !isZero) wrong(`--${name} is at least 1ms; read \`${value}\``);
      else if (duration > 0) numbers[durations[name as keyof typeof durations]] = duration;
    }
  }
  if (!isRight) return undefined;
  return { test: form.kind === "list" ? ["CMD", ...form.items] : ["CMD-SHELL", command], ...numbers };
}
