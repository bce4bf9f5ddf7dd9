import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { GrpcCall, type GrpcMethod } from "./grpc-call.ts";

/**
 * Serves gRPC methods, by path, on a connection whose other side is the client. Of our own, since grpc-js loses what
 * BuildKit says of names that aren't ASCII, joins repeated headers, and prints.
 *
 * @returns how to end it
 */
export async function serveGrpc(socket: Duplex, methods: ReadonlyMap<string, GrpcMethod>): Promise<() => void> {
  // Loaded here, since most calls to an engine need no session.
  const { performServerHandshake } = await import("node:http2");
  // Not a server's `connection` event, which refuses TLS sockets that didn't agree on HTTP/2 at their start.
  const session = performServerHandshake(socket);
  // A connection that is lost ends the build, and that says so.
  session.on("error", () => undefined);
  socket.on("error", () => undefined);
  session.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _: number, rawHeaders: string[]) => {
    void new GrpcCall(stream, rawHeaders).answer(methods.get(String(headers[":path"])));
  });
  // What came with the upgrade is read a tick later, and not from a session that was destroyed meanwhile.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  return () => {
    session.destroy();
    socket.destroy();
  };
}
