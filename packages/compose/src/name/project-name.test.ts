import { expect, test } from "vitest";
import { stringNode, mappingNode } from "../parse/node.ts";
import { ProblemList } from "../problem-list.ts";
import { projectName, type ProjectNameSources } from "./project-name.ts";

function name(sources: Partial<Omit<ProjectNameSources, "documents">> & { names?: string[] }): string {
  const problems = new ProblemList();
  const { names = [], ...more } = sources;
  const documents = names.map((one) => mappingNode({ name: stringNode(one) }));
  const result = projectName(
    { explicit: undefined, lookup: () => undefined, directory: "", fallback: undefined, documents, ...more },
    problems,
  );
  problems.throwIfAny();
  return result;
}

const variables: Record<string, string> = { COMPOSE_PROJECT_NAME: "from-env", X: "x" };
const lookup = (key: string): string | undefined => variables[key];

test("asked for, then the variable, then the last file's, then the folder's, then the fallback", () => {
  expect(name({ explicit: "asked", lookup, names: ["file"], directory: "/d" })).toBe("asked");
  expect(name({ lookup, names: ["file"], directory: "/d" })).toBe("from-env");
  expect(name({ names: ["first", "last"], directory: "/d" })).toBe("last");
  expect(name({ directory: "/a/My App_1/" })).toBe("myapp_1");
  expect(name({ fallback: "fallback" })).toBe("fallback");
});

test("a file's name may have variables, and is made a name", () => {
  expect(name({ names: ["My ${Y:-Shop}"], directory: "/d" })).toBe("myshop");
});

test.each([
  [{ explicit: "Upper" }, "`Upper` cannot be the name of a project"],
  [{ explicit: "-x" }, "`-x` cannot be the name of a project"],
  [{ names: ["___"] }, "`___` cannot be the name of a project"],
  [{ directory: "/" }, "the project has no name"],
  [{}, "the project has no name"],
])("%j: %s", (sources, message) => {
  expect(() => name(sources)).toThrow(message);
});
