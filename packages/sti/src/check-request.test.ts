import { expect, test } from "vitest";
import { checkRequest } from "./check-request.ts";
import { checkUser } from "./allowed-users.ts";
import { readEnvironment } from "./environment.ts";

test("all that is wrong with a request is said at once", () => {
  const request = {
    source: "",
    baseImage: "",
    tag: "Not A Tag",
    method: "magic" as "run",
    environment: { "A=B": "x" },
    sourceDateEpoch: 1.5,
  };
  const more = { allowedUids: "0-,abc", sourceName: "../x", builder: "kaniko" as "classic" };
  let codes: string[] = [];
  try {
    checkRequest({
      ...request,
      contextDir: "../x",
      caches: ["relative"],
      secrets: { "../id": { value: "" } },
      ...more,
    });
  } catch (error) {
    codes = (error as { problems: { code: string }[] }).problems.map(({ code }) => code);
  }
  expect(codes).toEqual(["STI_INVALID_BUILD_METHOD", ...Array(11).fill("STI_BAD_REQUEST")]);
});

test.each([
  ["1-", 1001, true],
  ["1-", 0, false],
  ["7,1000-2000", 7, true],
  ["7,1000-2000", 2001, false],
  ["-5", 5, true],
])("uids %s, user %i: %s", (ranges, uid, allowed) => {
  const check = (): void => checkUser(ranges, { uid, gid: 0 }, String(uid), "image");
  if (allowed) check();
  else expect(check).toThrow(expect.objectContaining({ code: "STI_USER_NOT_ALLOWED" }));
});

test("an environment file's values are verbatim", () => {
  expect(readEnvironment('# no\n\nA=1\nB = x = "y" \nnothing\nC=\r\nD=a,b')).toEqual({
    A: "1",
    B: ' x = "y" ',
    C: "",
    D: "a,b",
  });
});

test("an environment file's mistakes are said at once, with their places", () => {
  let messages: string[] = [];
  try {
    readEnvironment("OK=1\nexport B=c\n=z\n");
  } catch (error) {
    messages = (error as Error).message.split("\n");
  }
  expect(messages).toEqual([
    ".s2i/environment:2:1: `export B` is no variable's name",
    ".s2i/environment:3:1: `` is no variable's name",
  ]);
});
