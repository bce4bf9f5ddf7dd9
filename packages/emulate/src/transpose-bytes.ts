import { isUtf8 } from "node:buffer";
import { parse } from "@slipway/dockerfile";
import { EmulateError } from "./emulate-error.ts";
import { transpose } from "./transpose.ts";
import type { TransposeOptions } from "./transpose-options.ts";

/**
 * Transposes a Dockerfile as it is in a context. One that is not UTF-8 stays as it is, byte for byte, but its RUN
 * instructions must be: JSON can't hold anything else.
 *
 * @throws {EmulateError} @throws {DockerfileError}
 */
export function transposeBytes(bytes: Buffer, options: TransposeOptions): Buffer {
  if (isUtf8(bytes)) return Buffer.from(transpose(bytes.toString("utf8"), options));
  const text = bytes.toString("latin1");
  const tree = parse(text, { file: options.file });
  EmulateError.throwAll(
    tree.instructions
      .filter(({ keyword, source }) => keyword === "RUN" && !isUtf8(Buffer.from(source, "latin1")))
      .map(({ range }) => ({
        code: "EMULATE_NOT_TRANSPOSABLE",
        message: "this RUN has bytes that are no UTF-8",
        hint: "save the Dockerfile as UTF-8",
        range,
      })),
  );
  return Buffer.from(transpose(text, options), "latin1");
}
