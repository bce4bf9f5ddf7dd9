import { finished, type Readable } from "node:stream";
import { TransportError } from "./transport-error.ts";

/**
 * Calls back once if a stream that we send fails: with its own error, or with TRANSPORT_SOURCE_ENDED where it is
 * destroyed before its end, which nobody else would notice. Returns what ends the watch.
 */
export function onSourceFailure(source: Readable, callback: (error: Error) => void): () => void {
  return finished(source, { writable: false }, (error) => {
    if (!error) return;
    const closed = error.code === "ERR_STREAM_PREMATURE_CLOSE";
    callback(closed ? endedEarly(error) : error);
  });
}

function endedEarly(cause: Error): TransportError {
  return new TransportError("TRANSPORT_SOURCE_ENDED", "the stream to send was closed before its end", { cause });
}
