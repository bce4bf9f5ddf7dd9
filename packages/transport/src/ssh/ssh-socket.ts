import { Duplex } from "node:stream";
import type { ClientChannel } from "ssh2";
import { TransportError } from "../transport-error.ts";

/** How much of a program's last words is kept for an error. */
const wordsBytes = 2_000;

/** A channel of an ssh connection in the shape that Node's HTTP wants of a socket. */
export class SshSocket extends Duplex {
  readonly #channel: ClientChannel;
  #words = "";
  #held = true;

  /** @param program what runs at the channel's other end, if it may fail and say why */
  constructor(channel: ClientChannel, program?: string) {
    super({ allowHalfOpen: true });
    this.#channel = channel;
    channel.on("data", (chunk: Buffer) => void (this.push(chunk) || channel.pause()));
    channel.on("end", () => this.push(null));
    channel.on("error", (error: Error) => this.destroy(error));
    channel.on("close", () => this.destroy());
    if (program === undefined) return;
    channel.stderr.on("data", (chunk: Buffer) => (this.#words = (this.#words + chunk.toString()).slice(0, wordsBytes)));
    channel.on("exit", (code: number | null) => {
      if (code === 0) return;
      const words = this.#words.trim();
      const message = `\`${program}\` on the ssh host ended with ${code ?? "a signal"}${words ? `: ${words}` : ""}`;
      this.destroy(new TransportError("TRANSPORT_CONNECTION_LOST", message));
    });
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: (error?: Error | null) => void): void {
    // A channel whose window is full calls back when the other side has made room.
    this.#channel.write(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#channel.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#channel.close();
    callback(error);
  }

  /** The connection has gone, and this with it. */
  lose(): void {
    const error = new Error("the ssh connection was lost") as NodeJS.ErrnoException;
    error.code = "ECONNRESET";
    this.destroy(error);
  }

  // What else HTTP calls on a socket; the connection below sees to it.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this.#hold(true);
  }

  unref(): this {
    return this.#hold(false);
  }

  /** Whether this keeps Node running. */
  get held(): boolean {
    return this.#held;
  }

  #hold(held: boolean): this {
    this.#held = held;
    this.emit("hold");
    return this;
  }
}
