import { expect, test } from "vitest";
import { archiveContext, directoryContext } from "./context-path.ts";

test.each([
  [".", "", "."],
  ["./web/", "", "web"],
  ["web/../api", "", "api"],
  ["/home/me/app", "/home/me/app", "."],
  ["/home/me/app/web", "/home/me/app/", "web"],
  ["/home/me/app/..web", "/home/me/app", "..web"],
  ["web.git", "", "web.git"],
])("the context %s in an archive of %j is %s", (context, root, expected) => {
  expect(archiveContext(context, root)).toEqual({ context: expected });
});

test.each([
  ["../shared", ""],
  ["..", ""],
  ["/home/me/other", "/home/me/app"],
  ["/home/me/app2", "/home/me/app"],
  ["/home/me/app", ""],
])("the context %s in an archive of %j lies outside", (context, root) => {
  expect(archiveContext(context, root).problem).toMatchObject({ code: "MULTIBUILD_CONTEXT_OUTSIDE" });
});

test.each(["https://example.com/a.git", "git@example.com:a/b", "ssh://git@example.com/a", "github.com/a/b"])(
  "the context %s is not a folder",
  (context) => {
    expect(archiveContext(context, "").problem).toMatchObject({ code: "MULTIBUILD_UNSUPPORTED" });
    expect(directoryContext(context, "/p").problem).toMatchObject({ code: "MULTIBUILD_UNSUPPORTED" });
  },
);

test("a folder may lie anywhere", () => {
  expect(directoryContext("../shared", "/home/me/app")).toEqual({ context: "/home/me/shared" });
  expect(directoryContext("/srv/web", "/home/me/app")).toEqual({ context: "/srv/web" });
});
