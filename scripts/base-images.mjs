// The base images that the examples and the engine tests build on: npm run base-images
//   slipway-base/busybox:1   a shell and the usual small tools
//   slipway-base/node:lts     Node.js with npm; `npm install` works in it
// Where a registry answers they are the public images, pulled and tagged. Where none does they are made from what
// this machine has. Either way they have the same names, and the label dev.slipway.base says which of the two it was.
import { fileURLToPath } from "node:url";
import { busyboxEntries } from "./base-images/busybox.mjs";
import { nodeEntries } from "./base-images/node.mjs";
import { runMain, seconds, SetupError, step } from "./say.mjs";

const pullWithinMs = 120_000;
const binaries = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const images = [
  {
    name: "slipway-base/busybox:1",
    public: "busybox:1",
    entries: busyboxEntries,
    changes: [`ENV ${binaries}`, `CMD ["sh"]`],
  },
  {
    name: "slipway-base/node:lts",
    public: "node:lts-slim",
    entries: nodeEntries,
    changes: [`ENV ${binaries} NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt`, `CMD ["node"]`],
  },
];

/** Makes sure that all base images are on the engine; quick when they are. */
export async function ensureBaseImages() {
  const { connect, inspectImage } = await import("@slipway/transport");
  const engine = await connect();
  try {
    for (const image of images) {
      if (await inspectImage(engine, image.name)) continue;
      const since = performance.now();
      const reason = await pull(engine, image);
      if (reason === undefined) {
        step(`base image ${image.name}: pulled ${image.public} (${seconds(since)})`);
        continue;
      }
      await make(engine, image);
      step(
        `base image ${image.name}: made from this machine's own files in ${seconds(since)}, as no registry answers (${reason})`,
      );
    }
  } finally {
    engine.close();
  }
}

/**
 * @param {import("@slipway/transport").Engine} engine
 * @param {typeof images[number]} image
 * @returns {Promise<string | undefined>} why it could not be pulled
 */
async function pull(engine, image) {
  const { pullImage } = await import("@slipway/transport");
  try {
    await pullImage(engine, image.public, { signal: AbortSignal.timeout(pullWithinMs) });
  } catch (error) {
    return /** @type {Error} */ (error).message.split("\n")[0];
  }
  const at = image.name.lastIndexOf(":");
  await engine.docker.getImage(image.public).tag({ repo: image.name.slice(0, at), tag: image.name.slice(at + 1) });
  return undefined;
}

/**
 * @param {import("@slipway/transport").Engine} engine
 * @param {typeof images[number]} image
 */
async function make(engine, image) {
  const { packEntries } = await import("@slipway/context");
  const at = image.name.lastIndexOf(":");
  const response = await engine.docker.importImage(packEntries(image.entries()), {
    repo: image.name.slice(0, at),
    tag: image.name.slice(at + 1),
    changes: [...image.changes, "LABEL dev.slipway.base=local"],
  });
  let text = "";
  for await (const chunk of response) text += chunk;
  const failure = /"error":"([^"]*)"/.exec(text)?.[1];
  if (failure) throw new SetupError(`the engine refused to import ${image.name}: ${failure}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(ensureBaseImages);
