// Makes and runs all that a client can make, on and on, until it is killed. Its argument is the id of the test's run.
import { Client } from "@slipway/containers";

const client = await Client.connect({ labels: { "dev.slipway.test": process.argv[2] ?? "" } });
const image = await client.image("slipway-base/busybox:1", { pull: "never" });
process.stdout.write("on\n");
for (;;) {
  const [network, volume] = await Promise.all([client.network(), client.volume()]);
  const options = { networks: [network], volumes: [{ volume, target: "/data" }], command: ["sleep", "1000"] };
  const server = await image.instantiate(options);
  await server.start();
  const task = await image.instantiate({ command: ["sh", "-c", "echo hello; sleep 0.1"] });
  await task.run();
  await server.remove();
  await Promise.all([network.remove(), volume.remove()]);
}
