// npm run bench -- TOPIC [ARGUMENT]...: runs bench/TOPIC.mjs
const [topic = "", ...args] = process.argv.slice(2);
process.argv.splice(2, process.argv.length, ...args);
await import(new URL(`../bench/${topic}.mjs`, import.meta.url).href);
