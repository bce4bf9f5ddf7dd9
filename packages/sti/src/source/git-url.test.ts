import { expect, test } from "vitest";
import { parseGitUrl, withoutPassword } from "./git-url.ts";

test.each([
  ["https://example.org/a/b.git", { url: "https://example.org/a/b.git" }],
  ["git://example.org/a#v1", { url: "git://example.org/a", ref: "v1" }],
  ["ssh://me@example.org:22/a#main:web", { url: "ssh://me@example.org:22/a", ref: "main", contextDir: "web" }],
  ["git@example.org:a/b.git#x", { url: "git@example.org:a/b.git", ref: "x" }],
  ["host:b.git", { url: "host:b.git" }],
  ["file:///a/b", { url: "file:///a/b" }],
])("%s is a git URL", (text, parts) => {
  expect(parseGitUrl(text)).toEqual({ ref: undefined, contextDir: undefined, ...parts });
});

test.each(["./a", "a/b", "/a:b", "C:\\a", "ext::sh -c x", "-oProxyCommand=x:y"])("%s is none", (text) => {
  expect(parseGitUrl(text)?.url).toBeUndefined();
});

test("passwords are left out", () => {
  expect(withoutPassword("https://me:secret@example.org/a")).toBe("https://example.org/a");
  expect(withoutPassword("https://me:p@ss:word@example.org/a@b")).toBe("https://example.org/a@b");
  expect(withoutPassword("git+ssh://git:p@ss@example.org:22/a")).toBe("git+ssh://git@example.org:22/a");
  expect(withoutPassword("ssh://git@example.org/a")).toBe("ssh://git@example.org/a");
  expect(withoutPassword("ssh://git:pw@example.org/a")).toBe("ssh://git@example.org/a");
});
