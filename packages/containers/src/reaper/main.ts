import { text } from "node:stream/consumers";
import { newBackend } from "../new-backend.ts";
import type { ReaperOrder } from "./reaper.ts";
import { removeEndedSessions } from "./remove-ended-sessions.ts";
import { removeSession } from "./remove-session.ts";

// The program of the watching process: it waits for the end of its input, which is that of whoever started it.
const [order, done] = (await text(process.stdin)).split("\n");
// Without an order there was not yet anything to remove.
if (order) {
  const { backend: config, session } = JSON.parse(order) as ReaperOrder;
  const backend = await newBackend(config);
  if (done !== "done") await removeSession(backend, session);
  await removeEndedSessions(backend);
  backend.close();
}
