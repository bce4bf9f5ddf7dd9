import type { OutputStream } from "@slipway/transport";
import type { BuildRequest } from "./request.ts";
import { LastLines } from "./last-lines.ts";
import { SecretMask } from "./secret-mask.ts";
import type { Emit, StiStage } from "./sti-event.ts";

/** Hands a script's output on as events, without secrets, and remembers how it ended. */
export class ScriptLog {
  readonly #emit: Emit;
  readonly #stage: StiStage;
  readonly #writer: BuildRequest["writer"];
  readonly #last = new LastLines();
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #masks: Readonly<Record<OutputStream, SecretMask>>;

  constructor(emit: Emit, stage: StiStage, writer: BuildRequest["writer"], secrets: Iterable<string> = []) {
    this.#emit = emit;
    this.#stage = stage;
    this.#writer = writer;
    const all = [...secrets];
    this.#masks = { stdout: new SecretMask(all), stderr: new SecretMask(all) };
  }

  bytes(stream: OutputStream, data: Uint8Array): void {
    this.#say(stream, this.#masks[stream].write(this.#decoders[stream].decode(data, { stream: true })));
  }

  /** Output that has no secrets in it. */
  text(stream: OutputStream, data: string): void {
    this.#say(stream, data);
  }

  end(): string[] {
    for (const stream of ["stdout", "stderr"] as const) this.#say(stream, this.#masks[stream].end());
    return this.#last.lines();
  }

  #say(stream: OutputStream, data: string): void {
    if (data === "") return;
    this.#last.write(data);
    this.#writer?.write(data);
    this.#emit({ type: "log", stage: this.#stage, stream, data });
  }
}
