// Makes dist/index.html of src/page.html.
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");

const page = readFileSync("src/page.html", "utf8");
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", page.replace("%GREETING%", process.env.GREETING ?? "Hello"));
