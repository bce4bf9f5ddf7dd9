// Counts visits; the count outlives the container in the volume at /data.
const { createServer } = require("node:http");
const { readFileSync, writeFileSync } = require("node:fs");

const file = "/data/visits";
let visits = 0;
try {
  visits = Number(readFileSync(file, "utf8")) || 0;
} catch {
  console.log("no visits yet");
}

const server = createServer((request, response) => {
  if (request.method === "POST") writeFileSync(file, String(++visits));
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ visits }));
});

server.listen(8081, () => console.log("store listens on 8081"));
process.on("SIGTERM", () => server.close(() => process.exit()).closeAllConnections());
