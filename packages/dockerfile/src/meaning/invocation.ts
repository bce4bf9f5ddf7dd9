import { readJsonForm } from "../syntax/json-list.ts";
import type { StageContext } from "./stage-context.ts";
import type { Invocation } from "./step.ts";

/** What a command in shell or exec form runs. */
export function readInvocation(context: StageContext, args: string, command: string = args): Invocation {
  const form = readJsonForm(args, { tail: context.rules.jsonTail });
  if (form.kind === "list") return { form: "exec", argv: form.items };
  const isLeftOut = command === "" && !context.rules.emptyCommand;
  return { form: "shell", argv: isLeftOut ? context.shell : [...context.shell, command] };
}
