import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { GrpcCall, type GrpcMethod } from "./grpc-call.ts";

/**
 * Serves gRPC methods, by path, on a connection whose other side is the client. Of our own, since grpc-js loses what
 * BuildKit says of names that aren't ASCII, joins repeated headers, and prints.
 *
 * @returns how to end it
 */
export async function serveGrpc(socket: Duplex, methods: ReadonlyMap<string, GrpcMethod>): Promise<() => void> {
  const { createServer } = await import("node:http2");
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    // A connection that is lost ends the build, and that says so.
    session.on("error", () => undefined);
  });
  socket.on("error", () => undefined);
  server.on(
    "stream",
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]) => {
      void new GrpcCall(stream, rawHeaders).answer(methods.get(String(headers[":path"])));
    },
  );
  server.emit("connection", socket);
  return () => {
    for (const session of sessions) session.destroy();
    socket.destroy();
  };
}
