import { Client } from "../client.ts";
import type { Image } from "../image.ts";
import type { ConformanceContext } from "./conformance-check.ts";

/** Does something with a client of a backend of its own, which leaves nothing. */
export async function withImage(
  { open, image, labels }: ConformanceContext,
  work: (image: Image, client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client(await open(), { reaper: false, ...(labels ? { labels } : {}) });
  try {
    await work(await client.image(image, { pull: "never" }), client);
  } finally {
    await client.close();
  }
}
