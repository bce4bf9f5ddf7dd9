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
  let codes: string[] = [];
  try {
    checkRequest({ ...request, contextDir: "../x", caches: ["relative"], secrets: { "../id": { value: "" } } });
  } catch (error) {
    codes = (error as { problems: { code: string }[] }).problems.map(({ code }) => code);
  }
  expect(codes).toEqual(["STI_INVALID_BUILD_METHOD", ...Array(8).fill("STI_BAD_REQUEST")]);
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
  expect(readEnvironment('# no\n\nA=1\nB = x = "y" \nnothing\n=z\nC=\r\nD=a,b')).toEqual({
    A: "1",
    B: ' x = "y" ',
    C: "",
    D: "a,b",
  });
});
