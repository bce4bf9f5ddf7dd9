import { Command } from "commander";
import { expect, test } from "vitest";
import { type BuildArguments, type BuildSettings, readBuildSettings, withBuildSettings } from "./build-settings.ts";

function read(...args: string[]): BuildSettings {
  const command = withBuildSettings(new Command("build")).exitOverride().parse(args, { from: "user" });
  return readBuildSettings(command.opts<BuildArguments>(), { cwd: "/work", stderr: { write: () => true } });
}

test("options as they are typed become settings", () => {
  const typed = `-s web -s api -s web --arch aarch64 --device-type pi4 --platform linux/arm64
    --engine ssh://a --engine ssh://b --push -t r.example/{service} --timeout 1m30s --concurrency 3 --retries 0
    --fail-fast --progress plain --report out/r.html --json --build-arg A=b=c --build-arg E= --no-cache --pull
    --builder classic`;
  const { how, ...rest } = read(...typed.split(/\s+/));
  expect(how).toEqual({
    services: ["web", "api"],
    architecture: "aarch64",
    deviceType: "pi4",
    platform: "linux/arm64",
    buildArgs: { A: "b=c", E: "" },
    noCache: true,
    pull: true,
    builder: "classic",
    buildOptions: {},
    timeoutMs: 90_000,
    concurrency: 3,
    retries: 0,
    failFast: true,
  });
  expect(rest).toEqual({
    engines: ["ssh://a", "ssh://b"],
    tags: ["r.example/{service}"],
    push: true,
    progress: "plain",
    report: "/work/out/r.html",
    json: true,
  });
});

test("without options: all services, progress as it suits", () => {
  expect(read()).toMatchObject({
    how: { failFast: false, noCache: false },
    engines: [],
    push: false,
    progress: "auto",
  });
  expect(read().how.services).toBeUndefined();
});

test("all that is wrong with options is told at once", () => {
  const typed = `--timeout 5d --concurrency 0 --retries -1 --progress fancy --platform arm --build-arg A --tag {srvice}
    --fail-fast --keep-going --builder kaniko --secret hunter2 --shm-size x`;
  const args = [...typed.split(/\s+/), "--engine", "", "--report", ""];
  const error = thrown(() => read(...args));
  expect(error.code).toBe("CLI_BAD_OPTION");
  const flags = [
    "timeout",
    "concurrency",
    "retries",
    "progress",
    "platform",
    "build-arg",
    "tag",
    "engine",
    "fail-fast",
  ];
  for (const flag of [...flags, "builder", "secret", "shm-size", "report"]) {
    expect(error.problems.filter(({ message }) => message.includes(`--${flag}`))).toHaveLength(1);
  }
  expect(error.problems).toHaveLength(13);
  expect(error.message).not.toContain("hunter2");
});

test.each([
  [["--arch", "sparc"], "takes rpi, armv7hf, aarch64, amd64 or i386; read `sparc`"],
  [["--progress", "tty"], "needs a terminal"],
  [["--progress", "json", "--json"], "both write to stdout"],
])("%j is refused", (args, text) => expect(thrown(() => read(...args)).message).toContain(text));

function thrown(work: () => unknown): Error & { code: string; problems: readonly { message: string }[] } {
  try {
    work();
  } catch (error) {
    return error as ReturnType<typeof thrown>;
  }
  throw new Error("nothing was thrown");
}
