import { expect, test } from "vitest";
import type { ContainerOptions } from "./container-options.ts";
import { readContainerOptions } from "./read-container-options.ts";

test("nothing said is nothing set", () => {
  const spec = readContainerOptions("image", {}, undefined);
  expect(Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined))).toEqual({
    image: "image",
    variables: {},
    labels: {},
    mounts: [],
    ports: [],
    networks: [],
    privileged: false,
    init: false,
    extraHosts: {},
  });
});

test("a shell is given the command as one line", () => {
  const of = (options: ContainerOptions) => {
    const { entrypoint, command } = readContainerOptions("image", options, undefined);
    return [entrypoint, command];
  };
  expect(of({ shell: ["sh", "-c"], command: "a | b" })).toEqual([["sh", "-c"], ["a | b"]]);
  expect(of({ shell: ["sh", "-c"], command: ["a", "b c"] })).toEqual([["sh", "-c"], ["a b c"]]);
  expect(of({ command: ["a", "b c"] })).toEqual([undefined, ["a", "b c"]]);
  expect(of({ entrypoint: ["e"] })).toEqual([["e"], undefined]);
});

test("all mistakes are told at once, with what was probably meant", () => {
  const options = {
    comand: ["x"],
    command: "echo hi",
    variables: { "A=B": "1", C: 2 },
    volumes: ["nonsense"],
    tmpfs: ["relative"],
    ports: ["http"],
    networks: ["a"],
    networkMode: "host",
    memory: -1,
    reuse: true,
    name: "x",
  } as unknown as ContainerOptions;
  const told = (): unknown[] => {
    try {
      return [readContainerOptions("image", options, undefined)];
    } catch (error) {
      return (error as { problems: { path: string; hint?: string }[] }).problems.map(({ path }) => path);
    }
  };
  expect(told().toSorted()).toEqual([
    "comand",
    "command",
    "memory",
    "networkMode",
    "ports[0]",
    "reuse",
    "variables.A=B",
    "variables.C",
    "volumes",
    "volumes[0]",
  ]);
  expect(() => readContainerOptions("image", { comand: [] } as ContainerOptions, undefined)).toThrow(
    expect.objectContaining({ code: "CONTAINERS_CONTAINER_OPTIONS", hint: "did you mean `command`?" }),
  );
});

test("what has the wrong type is told, and what is null is left out", () => {
  const given = {
    command: ["echo", 5],
    entrypoint: "sh",
    volumes: [{}, null, { type: "bind", target: "/x" }],
    ports: 80,
    networks: [null, { network: 5 }],
    user: null,
  } as unknown as ContainerOptions;
  try {
    readContainerOptions("image", given, undefined);
    expect.unreachable();
  } catch (error) {
    expect((error as { problems: readonly { path: string }[] }).problems.map(({ path }) => path)).toEqual([
      "command",
      "entrypoint",
      "volumes[0]",
      "volumes[1]",
      "volumes[2]",
      "ports",
      "networks[0]",
      "networks[1]",
    ]);
  }
  expect(readContainerOptions("image", { user: null, ports: null } as never, undefined)).toMatchObject({ ports: [] });
});
