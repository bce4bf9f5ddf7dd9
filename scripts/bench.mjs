// `npm run bench -- <topic>`: runs bench/<topic>.mjs. Timings are for reading, not for asserting.
import { access } from "node:fs/promises";

const [topic, ...rest] = process.argv.slice(2);
const file = new URL(`../bench/${topic}.mjs`, import.meta.url);
try {
  await access(file);
} catch {
  console.error(`there is no bench/${topic}.mjs`);
  process.exit(2);
}
const { default: run } = await import(file.href);
await run(rest);
