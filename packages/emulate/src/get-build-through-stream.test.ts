import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "vitest";
import { getBuildThroughStream } from "./get-build-through-stream.ts";
import { transpose } from "./transpose.ts";
import type { TransposeOptions } from "./transpose-options.ts";

const options: TransposeOptions = { hostQemu: "q/é", containerQemu: "/usr/bin/é" };
const mount: TransposeOptions = { ...options, way: "mount" };

async function through(chunks: Iterable<unknown>, given: TransposeOptions = options): Promise<unknown[]> {
  const stream = getBuildThroughStream(given);
  const found: unknown[] = [];
  stream.on("data", (chunk: unknown) => found.push(chunk));
  for (const chunk of chunks) stream.write(chunk);
  const ended = new Promise((resolve) => stream.once("end", resolve));
  stream.end();
  await ended;
  return found;
}

async function textThrough(text: string, given: TransposeOptions = options, size = text.length): Promise<string> {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return Buffer.concat((await through(chunks, given)) as Buffer[]).toString();
}

/** The RUN line that a Dockerfile's last RUN becomes. */
function transposed(run: string, given: TransposeOptions = options, before = ""): string {
  const text = transpose(`FROM a\n${before}${run}\n`, given);
  return text.slice(text.lastIndexOf("\nRUN") + 1).trimEnd();
}

const commands = [
  "RUN echo é && true",
  String.raw`RUN echo "a\"b" 'c' \$d > "x]" ["y"]`,
  'RUN ["echo",   "a b", "$c"]',
  'RUN --network=none --mount=type=cache,target=/x printf "a\\n, \\"b\\""',
];

describe("the classic builder's steps", () => {
  test.each(commands)("%s", async (run) => {
    for (const given of [options, mount]) {
      expect(await textThrough(`Step 2/3 : ${transposed(run, given)}\n ---> 1\n`, given)).toBe(
        `Step 2/3 : ${run}\n ---> 1\n`,
      );
    }
  });

  test.each(['SHELL ["/bin/bash", "-c"]', 'SHELL ["bash", "-c"]'])("after %s", async (shell) => {
    const line = transposed('RUN echo "a", "b"', options, `${shell}\n`);
    expect(await textThrough(`Step 2/3 : ${line}\n`)).toBe('Step 2/3 : RUN echo "a", "b"\n');
  });

  test("on scratch, and here-documents", async () => {
    const scratch = transpose('FROM scratch\nRUN ["/a",  "b"]', options).split("\n").at(-1) as string;
    expect(await textThrough(`Step 1/2 : ${scratch}`)).toBe('Step 1/2 : RUN ["/a",  "b"]');
    expect(await textThrough(`Step 1/2 : ${transposed("RUN <<E\na\nb\nE")}\n`)).toBe("Step 1/2 : RUN a\\nb\\n\n");
    expect(await textThrough(`Step 1/2 : ${transposed("RUN <<E\n#!/bin/a b\nE")}\n`)).toBe("Step 1/2 : RUN <<E\n");
  });

  test("errors, in text and in records", async () => {
    const plain = "The command '/bin/sh -c exit 7' returned a non-zero code: 7";
    const added = plain.replace("'", "'/usr/bin/é -execve ");
    expect(await textThrough(`${added}\n`)).toBe(`${plain}\n`);
    const record = (message: string) => ({ errorDetail: { code: 7, message }, error: message });
    expect(JSON.parse(await textThrough(`${JSON.stringify(record(added))}\r\n`))).toEqual(record(plain));
    expect(await through([record(added)])).toEqual([record(plain)]);
    const exec =
      'The command \'/usr/bin/é -execve /bin/sh -c unset PWD; exec "$0" "$@" a b\' returned a non-zero code: 1';
    expect(await textThrough(exec)).toBe("The command 'a b' returned a non-zero code: 1");
  });

  test("records of steps; others come out byte for byte", async () => {
    const other = '{"stream":"\\u003chi -execve"}\r\n{"stream":"x"}\n';
    const step = `{"stream":${JSON.stringify(`Step 2/3 : ${transposed(commands[1] as string)}\n`)}}\r\n`;
    expect(await textThrough(other + step)).toBe(
      `${other}${JSON.stringify({ stream: `Step 2/3 : ${commands[1]}\n` })}\r\n`,
    );
  });
});

describe("BuildKit's", () => {
  const processed = (line: string): string => line.replaceAll(/\\(["\\])/g, "$1");

  test("text of steps, with variables expanded and escapes taken off", async () => {
    const run = transposed(String.raw`RUN echo "$A" '$B' \$C`, mount);
    const name = processed(run).replace("$A", "value");
    expect(await textThrough(`#5 [a 2/3] ${name}\n#5 DONE 0.1s\n`, mount)).toBe(
      `#5 [a 2/3] RUN echo "value" '$B' $C\n#5 DONE 0.1s\n`,
    );
  });

  test("a name that BuildKit could not expand", async () => {
    const run = transposed(String.raw`RUN echo "a"`, mount);
    expect(await textThrough(`[2/3] ${run}\n`, mount)).toBe('[2/3] RUN echo "a"\n');
  });

  test("errors of both generations", async () => {
    const rest = "/dev/.é -execve /bin/sh -c exit 7";
    expect(await textThrough(`executor failed running [${rest}]: exit code: 7`, mount)).toBe(
      "executor failed running [/bin/sh -c exit 7]: exit code: 7",
    );
    expect(await textThrough(`process "${rest}" did not complete successfully: exit code: 7`, mount)).toBe(
      'process "/bin/sh -c exit 7" did not complete successfully: exit code: 7',
    );
  });

  test("events", async () => {
    const name = `[2/3] ${processed(transposed('RUN echo "a"', mount))}`;
    const builder = { type: "builder", builder: "buildkit", reason: "" };
    const log = { type: "log", step: "1", stream: "stdout", data: `${name}\n` };
    const step = { type: "step", id: "1", name, state: "failed", error: 'process "/dev/.é -execve a" did' };
    expect(await through([builder, step, log], mount)).toEqual([
      builder,
      { ...step, name: '[2/3] RUN echo "a"', error: 'process "a" did' },
      log,
    ]);
  });

  test("traces, all that is unknown in them kept", async () => {
    const trace = (name: string): string => {
      const vertex = new BinaryWriter().uint32(10).string("sha256:1").uint32(26).string(name).uint32(32).bool(true);
      const log = new BinaryWriter().uint32(34).string("/dev/.é -execve log");
      const all = new BinaryWriter()
        .uint32(10)
        .bytes(vertex.finish())
        .uint32(26)
        .bytes(log.finish())
        .uint32(800)
        .int32(5);
      return `{"id":"moby.buildkit.trace","aux":"${Buffer.from(all.finish()).toString("base64")}"}\r\n`;
    };
    const run = `[2/3] ${processed(transposed("RUN echo é", mount))}`;
    expect(await textThrough(trace(run) + trace("x"), mount)).toBe(trace("[2/3] RUN echo é") + trace("x"));
  });
});

test("wherever the pieces are cut, inside a character too", async () => {
  const lines = [
    ...commands.map((run) => `Step 2/3 : ${transposed(run)}`),
    "日本 é\r50%\r",
    "--moun",
    '["/usr/bin/é",',
  ];
  const plain = [...commands.map((run) => `Step 2/3 : ${run}`), ...lines.slice(commands.length)];
  const records = lines.map((line) => JSON.stringify({ stream: `${line}\n` }));
  const plainRecords = plain.map((line) => JSON.stringify({ stream: `${line}\n` }));
  const text = [...lines, ...records, "é"].join("\n");
  const expected = [...plain, ...plainRecords, "é"].join("\n");
  for (let size = 1; size < 70; size++) expect(await textThrough(text, options, size)).toBe(expected);
});

test("a line that has not ended is shown as far as it is certain", () => {
  const stream = getBuildThroughStream(options);
  stream.write("Continue? [y/N] ");
  expect(String(stream.read())).toBe("Continue? [y/N] ");
  stream.write('a["/usr');
  expect(String(stream.read())).toBe("a");
  stream.write("/local");
  expect(String(stream.read())).toBe('["/usr/local');
});
