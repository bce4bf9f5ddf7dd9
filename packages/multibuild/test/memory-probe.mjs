// @ts-nocheck: a measuring script, run as it is
// Splits and reads a context in a process of its own, and tells how much memory that took.
const [services, files, megabytes] = process.argv.slice(2, 5).map(Number);
const order = process.argv[5];
const { fromImageDescriptors, performResolution, releaseTasks } = await import("@slipway/multibuild");
const { packEntries } = await import("@slipway/context");
const peak = () => process.resourceUsage().maxRSS / 1024;
const loaded = peak();

const piece = Buffer.alloc(1024 * 1024, "x");
const size = Math.floor((megabytes * 1e6) / services / files);
async function* body() {
  for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
}
function* entries() {
  yield { header: { name: "Dockerfile", type: "file" }, body: "FROM all\n" };
  for (let service = 0; service < services; service++) {
    yield { header: { name: `s${service}/Dockerfile`, type: "file" }, body: "FROM own\n" };
    for (let i = 0; i < files; i++) {
      yield { header: { name: `s${service}/f${i}`, type: "file", size }, body: body() };
    }
  }
}
const images = Array.from({ length: services }, (_, i) => ({
  serviceName: `service${i}`,
  image: { context: i === 0 ? "." : `s${i}` },
}));
const tasks = await fromImageDescriptors(images, packEntries(entries()));
await performResolution(tasks, "amd64", "generic-amd64");
let bytes = 0;
const read = async (task) => {
  for await (const chunk of task.buildStream) bytes += chunk.length;
};
if (order === "all") await Promise.all(tasks.map(read));
else for (const task of order === "turn" ? tasks : tasks.toReversed()) await read(task);
await releaseTasks(tasks);
process.stdout.write(JSON.stringify({ loaded, peak: peak(), bytes }));
