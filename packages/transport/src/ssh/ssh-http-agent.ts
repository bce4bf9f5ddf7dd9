import { Agent } from "node:http";
import type { Duplex } from "node:stream";
import { TransportError } from "../transport-error.ts";
import type { SshConnection } from "./ssh-connection.ts";
import type { SshSocket } from "./ssh-socket.ts";

/** Where an engine is behind ssh. */
export interface SshEngineAddress {
  /** `[user@]host[:port]` */
  readonly host: string;
  /** The engine's socket there. */
  readonly socketPath: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What reaches the engine where a host doesn't forward to its socket; its own docker client finds the engine. */
const dialProgram = "docker system dial-stdio";
/** OpenSSH's MaxSessions is 10 unless set; forwarding doesn't count. */
const sessionsPerConnection = 8;
/** RFC 4254, 5.1. */
const refusal = { connectFailed: 2 } as const;

/**
 * Carries HTTP to an engine over one ssh connection, each request a channel of it. The connection is made with the first
 * request, and anew with the next one after a loss.
 */
export class SshHttpAgent extends Agent {
  readonly #address: SshEngineAddress;
  #main: Promise<SshConnection> | undefined;
  /** Beside the first, where sessions are needed and one connection has no more to give. */
  #more: Promise<SshConnection>[] = [];
  #forwardingRefused: string | undefined;
  /** One after the other, so that many requests at once fill the connections there are before they make new ones. */
  #dialing: Promise<unknown> = Promise.resolve();

  constructor(address: SshEngineAddress) {
    super({ keepAlive: false });
    this.#address = address;
  }

  override createConnection(_: unknown, callback: (error: Error | null, socket?: Duplex) => void): undefined {
    void this.#give(callback);
  }

  override destroy(): void {
    const connections = [this.#main, ...this.#more];
    this.#main = undefined;
    this.#more = [];
    for (const connection of connections) {
      connection?.then(
        (made) => made.close(),
        () => undefined,
      );
    }
    super.destroy();
  }

  async #give(callback: (error: Error | null, socket?: Duplex) => void): Promise<void> {
    let socket: SshSocket;
    try {
      socket = await this.#open();
    } catch (error) {
      return callback(error as Error);
    }
    callback(null, socket);
  }

  async #open(): Promise<SshSocket> {
    if (this.#forwardingRefused !== undefined) return this.#dial(this.#forwardingRefused);
    try {
      const connection = await this.#connection();
      return await connection.streamLocal(this.#address.socketPath);
    } catch (error) {
      const { reason, message } = error as { reason?: number; message: string };
      if (reason === undefined) throw error;
      // The socket may be back the next time; a host that doesn't forward won't.
      if (reason !== refusal.connectFailed) this.#forwardingRefused = message;
      return this.#dial(message);
    }
  }

  /** The connection, which is made if there is none that lives. */
  async #connection(): Promise<SshConnection> {
    const current = this.#main;
    const made = await current;
    if (made && !made.closed) return made;
    if (this.#main === current) {
      const { host, environment } = this.#address;
      const making = openConnection(host, environment);
      this.#main = making;
      making.catch(() => {
        if (this.#main === making) this.#main = undefined;
      });
    }
    return this.#main as Promise<SshConnection>;
  }

  #dial(because: string): Promise<SshSocket> {
    const socket = this.#dialing.then(() => this.#freeSession(because));
    this.#dialing = socket.catch(() => undefined);
    return socket;
  }

  async #freeSession(because: string): Promise<SshSocket> {
    for (const candidate of [this.#connection(), ...this.#more]) {
      const connection = await candidate.catch(() => undefined);
      if (!connection || connection.closed) this.#more = this.#more.filter((one) => one !== candidate);
      else if (connection.channels < sessionsPerConnection) {
        const socket = await this.#session(connection, because);
        if (socket) return socket;
      }
    }
    const another = openConnection(this.#address.host, this.#address.environment);
    this.#more.push(another);
    const socket = await this.#session(await another, because);
    if (socket) return socket;
    throw this.#unreachable(because, "it opens no session");
  }

  /** Undefined where the connection has no session left. */
  async #session(connection: SshConnection, because: string): Promise<SshSocket | undefined> {
    try {
      return await connection.run(dialProgram);
    } catch (error) {
      const { reason, message } = error as { reason?: number; message: string };
      if (reason === undefined) throw error;
      if (connection.channels > 0) return undefined;
      throw this.#unreachable(because, message);
    }
  }

  #unreachable(because: string, andThen: string): TransportError {
    const { host, socketPath } = this.#address;
    return new TransportError(
      "TRANSPORT_CONNECTION_LOST",
      `ssh host ${host} reaches no engine: ${socketPath}: ${because}; \`${dialProgram}\`: ${andThen}`,
      { hint: "is the engine running there, and may this user use its socket?" },
    );
  }
}

/** Loaded with the first one, as it is large and few engines are behind ssh. */
async function openConnection(host: string, environment: SshEngineAddress["environment"]): Promise<SshConnection> {
  const { SshConnection } = await import("./ssh-connection.ts");
  return SshConnection.open(host, environment);
}
