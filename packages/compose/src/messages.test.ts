import { expect, test } from "vitest";
import type { ComposeError } from "./compose-error.ts";
import { load } from "./load.ts";

/** Each problem in one line: its place, path, message and hint. */
async function problemsOf(...texts: string[]): Promise<string[]> {
  const files = texts.map((text, index) => ({ name: `${index + 1}.yaml`, text }));
  const error = await load({ files, projectName: "p" }).then(
    () => undefined,
    (reason: unknown) => reason as ComposeError,
  );
  return (error?.problems ?? []).map(
    ({ range, path, message, hint }) =>
      `${range?.file}:${range?.start.line}:${range?.start.column} ${path} | ${message}${hint === undefined ? "" : ` | ${hint}`}`,
  );
}

test("the mistakes of all files at once, in the order of the text", async () => {
  expect(
    await problemsOf(
      "services:\n  web:\n    imgae: x\n    profiles: p\n  db: { image: y, mem_limit: much }\n",
      "services:\n  web:\n    environment:\n      - A: 1\n    volumes: [gone:/d]\n",
    ),
  ).toEqual([
    "1.yaml:3:5 services.web.imgae | unknown field `imgae` in `services.web` | did you mean `image`?",
    '1.yaml:4:15 services.web.profiles | `services.web.profiles` is the string "p", expected a list | make it a list: [p]',
    "1.yaml:5:30 services.db.mem_limit | `services.db.mem_limit`: `much` is not a size | write it with a unit, as in 512m or 1.5g",
    '2.yaml:4:9 services.web.environment[0] | `services.web.environment[0]` is a mapping, expected a string | the colon makes it a mapping: write "A: 1" in quotes, or A=1',
    "2.yaml:5:15 services.web.volumes[0] | service `web` refers to volume `gone`, which is not defined | define it under the top-level `volumes:`",
  ]);
});

test.each([
  ["an alias without an anchor is one mistake", "services:\n  a: { <<: *base }\n", ["`*base` has no anchor"]],
  [
    "a wrong action needs no target",
    "services: { a: { image: x, develop: { watch: [{ path: ., action: copy }] } } }",
    ["`copy` is none of"],
  ],
  [
    "include is a list",
    "include: other.yaml\nservices: { a: { image: x } }",
    ["expected a list | make it a list: [other.yaml]"],
  ],
  [
    "what is included is a name",
    "include: [3, { path: [[a]] }]\nservices: { a: { image: x } }",
    ["include[0]", "include[1].path[0]"],
  ],
  ["a device is a path", "services: { a: { image: x, devices: [{}] } }", ["has no `source`"]],
  [
    "an address is one",
    "services: { a: { image: x, ports: ['1.2.3.400:80:80'] } }",
    ["`1.2.3.400` is not an IP address"],
  ],
  ["ssh keys have a path", "services: { a: { build: { context: ., ssh: [mine] } } }", ["`mine` is no ssh key"]],
])("%s", async (_, text, parts) => {
  const problems = await problemsOf(text);
  expect(problems).toEqual(parts.map((part) => expect.stringContaining(part)));
});
