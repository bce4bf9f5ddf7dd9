// One build in a process of its own, so that its time and its memory are its own: once.mjs <how> <folder> <name>
import { spawn } from "node:child_process";
import { request } from "node:http";

const [how, folder, name] = process.argv.slice(2);

/** The floor: tar's own output sent to the engine, and nothing done with the answer. */
async function raw(version) {
  const tar = spawn("tar", ["-C", folder, "-c", "."], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    const sending = request(
      {
        socketPath: "/var/run/docker.sock",
        path: `/build?rm=1&forcerm=1&t=${name}&version=${version}`,
        method: "POST",
        headers: { "content-type": "application/x-tar" },
      },
      (response) => {
        let last = "";
        response.on("data", (chunk) => (last = String(chunk)));
        response.on("end", () => (last.includes('"error"') ? reject(new Error(last)) : resolve()));
      },
    );
    sending.on("error", reject);
    tar.stdout.pipe(sending);
  });
}

async function slipway(builder) {
  const { buildDirectory } = await import("@slipway/build");
  const { connect } = await import("@slipway/transport");
  since = performance.now();
  const engine = await connect();
  await buildDirectory(engine, folder, { builder, tags: [name] }).result;
  engine.close();
}

const ways = {
  "raw-classic": () => raw(1),
  "raw-buildkit": () => raw(2),
  "slipway-classic": () => slipway("classic"),
  "slipway-buildkit": () => slipway("buildkit"),
};
// Without the loading of what the build needs.
let since = performance.now();
await ways[how]();
process.send?.({ peakKb: process.resourceUsage().maxRSS, seconds: (performance.now() - since) / 1000 });
