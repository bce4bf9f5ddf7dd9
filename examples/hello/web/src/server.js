import { createServer } from "node:http";
import { page } from "./page.js";

const store = process.env.STORE_URL;

async function answer(url) {
  const { visits } = await (await fetch(store, { method: "POST" })).json();
  return page({ visitor: new URL(url, "http://web").searchParams.get("name") ?? "world", visits });
}

const server = createServer((request, response) => {
  answer(request.url).then(
    (html) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html),
    (error) => response.writeHead(502).end(`the store does not answer: ${error.message}\n`),
  );
});

server.listen(8080, () => console.log("web listens on 8080"));
process.on("SIGTERM", () => server.close(() => process.exit()).closeAllConnections());
