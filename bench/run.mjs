// `npm run bench -- <topic> [arguments]` runs bench/<topic>.mjs on the compiled packages.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [topic = "", ...rest] = process.argv.slice(2);
const file = fileURLToPath(new URL(`./${topic}.mjs`, import.meta.url));
if (topic === "" || topic === "run" || !existsSync(file)) {
  const topics = readdirSync(new URL(".", import.meta.url)).filter(
    (name) => name.endsWith(".mjs") && name !== "run.mjs",
  );
  process.stderr.write(`which bench? ${topics.map((name) => name.slice(0, -4)).join(", ")}\n`);
  process.exit(2);
}
for (const command of [
  ["npx", "tsc", "-b"],
  [process.execPath, file, ...rest],
]) {
  const { status } = spawnSync(command[0], command.slice(1), { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
