import { connect as connectSocket, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { connectClient } from "./connect-client.ts";
import { SshSocket } from "./ssh-socket.ts";
import { resolveSshTarget, type SshTarget } from "./ssh-target.ts";

/** How soon a host that says nothing is asked whether it is there. */
const keepAliveMs = 15_000;

type Open = (callback: (error: Error | undefined, channel: ClientChannel) => void) => unknown;

/** One ssh connection, by way of jump hosts where the configuration has them. It keeps Node alive while it is used. */
export class SshConnection {
  readonly #client: Client;
  readonly #jumps: readonly Client[];
  readonly #socket: Socket;
  readonly #sockets = new Set<SshSocket>();
  #opening = 0;
  #closed = false;

  private constructor(client: Client, jumps: readonly Client[], socket: Socket) {
    this.#client = client;
    this.#jumps = jumps;
    this.#socket = socket;
    client.on("close", () => this.#lose());
    this.#hold();
  }

  /** @throws TransportError TRANSPORT_HOST_KEY, TRANSPORT_AUTH, TRANSPORT_BAD_CONFIG, TRANSPORT_CONNECTION_LOST */
  static async open(
    address: string,
    environment: Readonly<Record<string, string | undefined>>,
  ): Promise<SshConnection> {
    const target = await resolveSshTarget(address, environment);
    const jumpTargets = await Promise.all(target.jumps.map((jump) => resolveSshTarget(jump, environment)));
    const hops = [...jumpTargets, target];
    const [first, ...rest] = hops as [SshTarget, ...SshTarget[]];
    const socket = connectSocket(first.port, first.hostname);
    socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
    const clients = [await connectClient(first, socket)];
    try {
      for (const next of rest) {
        const tunnel = await forward(clients.at(-1) as Client, next.hostname, next.port);
        clients.push(await connectClient(next, tunnel));
      }
    } catch (error) {
      for (const client of clients) client.end();
      throw error;
    }
    return new SshConnection(clients.pop() as Client, clients, socket);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many channels are open or about to be. */
  get channels(): number {
    return this.#sockets.size + this.#opening;
  }

  /** A channel to a Unix socket of the host. */
  streamLocal(path: string): Promise<SshSocket> {
    return this.#channel((callback) => this.#client.openssh_forwardOutStreamLocal(path, callback));
  }

  /** A channel to a program on the host. */
  run(program: string): Promise<SshSocket> {
    return this.#channel((callback) => this.#client.exec(program, callback), program);
  }

  /** Ends the connection; what is under way fails. */
  close(): void {
    this.#client.end();
    for (const jump of this.#jumps) jump.end();
    this.#lose();
  }

  async #channel(open: Open, program?: string): Promise<SshSocket> {
    this.#opening++;
    this.#hold();
    try {
      const socket = new SshSocket(await opened(open), program);
      this.#sockets.add(socket);
      socket.on("hold", () => this.#hold());
      socket.once("close", () => {
        this.#sockets.delete(socket);
        this.#hold();
      });
      return socket;
    } finally {
      this.#opening--;
      this.#hold();
    }
  }

  #hold(): void {
    const held = this.#opening > 0 || [...this.#sockets].some((socket) => socket.held);
    if (held) this.#socket.ref();
    else this.#socket.unref();
  }

  #lose(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const socket of this.#sockets) socket.lose();
    for (const jump of this.#jumps) jump.end();
  }
}

async function forward(client: Client, host: string, port: number): Promise<Duplex> {
  const channel = await opened((callback) => client.forwardOut("127.0.0.1", 0, host, port, callback));
  const socket = new SshSocket(channel);
  client.on("close", () => socket.lose());
  return socket;
}

function opened(open: Open): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    // It throws where the connection has just gone.
    open((error, channel) => (error ? reject(error) : resolve(channel)));
  });
}
