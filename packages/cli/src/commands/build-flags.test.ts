import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import { OptionProblems } from "../option-problems.ts";
import { type BuildFlags, buildFlagsOf, withBuildFlags } from "./build-flags.ts";

function parsed(...args: string[]): ReturnType<typeof buildFlagsOf> {
  const command = withBuildFlags(new Command("build")).exitOverride();
  const problems = new OptionProblems();
  const flags = buildFlagsOf(command.parse(args, { from: "user" }).opts<BuildFlags>(), "/work", problems);
  problems.throwIfAny();
  return flags;
}

test("flags as docker's become build options", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-flags-"));
  const socket = path.join(folder, "agent");
  const agent = createServer().listen(socket);
  await once(agent, "listening");
  const { builder, buildOptions } = parsed(
    "--builder",
    "classic",
    "--secret",
    "id=a,src=token",
    "--secret",
    "id=b,env=TOKEN",
    "--ssh",
    "default",
    "--ssh",
    `git=${socket}`,
    "--ssh",
    "keys=~/x,id_b",
    "--cache-from",
    "a:1",
    "--cache-to",
    "inline",
    "--add-host",
    "db:10.0.0.1",
    "--network",
    "none",
    "--shm-size",
    "64m",
    "--memory",
    "1g",
    "--ulimit",
    "nofile=10:20",
    "--ulimit",
    "core=-1",
  );
  expect(builder).toBe("classic");
  expect(buildOptions).toEqual({
    secrets: { a: { file: "/work/token" }, b: { env: "TOKEN" } },
    ssh: { default: "agent", git: { socket }, keys: { keys: ["/work/~/x", "/work/id_b"] } },
    cacheFrom: ["a:1"],
    cacheTo: ["inline"],
    extraHosts: ["db:10.0.0.1"],
    networkMode: "none",
    shmSize: 67_108_864,
    memory: 1_073_741_824,
    ulimits: { nofile: { soft: 10, hard: 20 }, core: -1 },
  });
  expect(parsed()).toEqual({ builder: undefined, buildOptions: {} });
  agent.close();
  await rm(folder, { recursive: true });
});

test("what is wrong with several is told at once", () => {
  const args = ["--memory", "1k", "--add-host", "x", "--add-host", "", "--cache-to", "", "--ulimit", "x=1"];
  expect(() => parsed(...args)).toThrow(
    [
      "--cache-to is given without a value",
      "--add-host is given without a value",
      "--add-host: `x` is no entry for /etc/hosts",
      "--ulimit: there is no limit x",
      "--memory: 1024 bytes of memory are too few",
    ].join("\n"),
  );
});

test.each([
  [["--builder", "kaniko"], "buildkit or classic"],
  [["--secret", "id=a"], "id=ID,src=FILE"],
  [["--secret", "id=a,src=b,mode=3"], "id=ID,src=FILE"],
  [["--ssh", "=x"], "ID=SOCKET"],
  [["--shm-size", "much"], "a size"],
  [["--ulimit", "nofile"], "NAME=SOFT"],
  [["--ulimit", "nofile=10:5"], "--ulimit: the limit nofile is softly 10"],
  [["--cache-from", ""], "--cache-from is given without a value"],
  [["--network", ""], "--network is given without a value"],
  [["--add-host", "db"], "--add-host: `db` is no entry for /etc/hosts"],
  [["--memory", "5m"], "--memory: 5242880 bytes of memory are too few"],
  [["--cache-from", "A:b"], "--cache-from: `A:b` is no image name"],
  [["--secret", "id=a,src=x", "--secret", "id=a,env=Y"], "--secret gives the id a more than once"],
  [["--ssh", "a", "--ssh", "a=/key"], "--ssh gives the id a more than once"],
])("%j is refused", (args, text) => {
  expect(() => parsed(...args)).toThrow(
    expect.objectContaining({ code: "CLI_BAD_OPTION", message: expect.stringContaining(text) }),
  );
});
