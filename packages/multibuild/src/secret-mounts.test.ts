import { expect, test } from "vitest";
import { secretValues, withSecretMounts } from "./secret-mounts.ts";

const secrets = [{ dest: "key", content: Buffer.from("k") }];
const mount = "--mount=type=secret,id=build-secrets/key,target=/run/secrets/key,mode=0444,required=true";

test("every RUN is given the mounts, whatever its form, and nothing else is changed", () => {
  const text = [
    "# syntax=docker/dockerfile:1",
    "FROM a AS b",
    "run  cat /run/secrets/key",
    '  RUN ["x", "RUN y"]',
    "RUN --network=none \\",
    "  # RUN no",
    "  make",
    "RUN <<EOF",
    "RUN not this",
    "EOF",
    "ONBUILD RUN nor this",
    "LABEL RUN=x",
    "",
  ].join("\n");
  expect(withSecretMounts(text, secrets)).toBe(
    text
      .replace("run  cat", `run ${mount}  cat`)
      .replace("  RUN [", `  RUN ${mount} [`)
      .replace("RUN --network", `RUN ${mount} --network`)
      .replace("RUN <<", `RUN ${mount} <<`),
  );
  expect(secretValues(secrets)).toEqual({ "build-secrets/key": { value: Buffer.from("k") } });
});

test("without secrets, and with mistakes, a Dockerfile stays as it is", () => {
  expect(withSecretMounts("RUN x", [])).toBe("RUN x");
  expect(withSecretMounts("FROM\nNO such\nRUN x", secrets)).toBe("FROM\nNO such\nRUN x");
});
