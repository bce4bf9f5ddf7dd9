import { expect, test } from "vitest";
import { loadOptions } from "../../test/compose-cases.mjs";
import { RandomProject } from "../../test/random-project.mjs";
import type { ComposeError } from "../compose-error.ts";
import { load, type LoadOptions } from "../load.ts";
import { toJson } from "../to-json.ts";

/** What is made of a project, without the services called `filler…` and without places in the text. */
async function outcome(options: LoadOptions): Promise<unknown> {
  try {
    const { project, disabled, warnings } = await load(options);
    const { services, ...beside } = toJson(project);
    return { services: withoutFillers(services as object), disabled, beside, warnings: told(warnings) };
  } catch (error) {
    return told((error as ComposeError).problems);
  }
}

function withoutFillers(services: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(services).filter(([name]) => !name.startsWith("filler")));
}

function told(problems: ComposeError["problems"]): string[] {
  const line = ({ code, message, path, range }: (typeof problems)[number]): string =>
    `${range?.file} ${code} ${path} ${message.replace(/line \d+/, "line …")}`;
  return problems.map(line).toSorted();
}

test("a service is the same whether it is one of a few or of many", async () => {
  const seed = Number(process.env["COMPOSE_SEED"] ?? 4);
  const projects = new RandomProject(seed);
  let accepted = 0;
  for (let index = 0; index < 150; index++) {
    const options = loadOptions(projects.next(`${index}`)) as LoadOptions;
    const fillers = Array.from({ length: 11 + (index % 9) }, (_, one) => `  filler${one}: { image: x }\n`).join("");
    const [first, ...others] = options.files as { name: string; text: string }[];
    const text = first!.text.replace("services:\n", `services:\n${fillers}`);
    expect(text).not.toBe(first!.text);
    const few = await outcome(options);
    const many = await outcome({ ...options, files: [{ name: first!.name, text }, ...others] });
    expect(many, `seed ${seed}, project ${index}`).toEqual(few);
    if (!Array.isArray(few)) accepted++;
  }
  expect(accepted).toBeGreaterThan(20);
});
