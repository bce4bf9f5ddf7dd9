/** A file of a new builder image. */
export interface BuilderFile {
  readonly path: string;
  readonly text: string;
  readonly executable: boolean;
}

/** What a new builder image is called, and what it is made from. */
export interface BuilderFilesOptions {
  readonly name: string;
  readonly from: string;
}

const prepare = `#!/bin/sh -e
# Builds what is in /tmp/src. What an earlier build saved is in /tmp/artifacts, if there was one.
mkdir -p /app
cp -R /tmp/src/. /app/
if [ -d /tmp/artifacts/cache ]; then cp -R /tmp/artifacts/cache /app/.cache; fi
mkdir -p /app/.cache
date >> /app/.cache/builds
# For extended builds: what goes into the runtime image.
if [ -d /tmp/build ]; then cp -R /app/. /tmp/build/; fi
echo "prepared $(ls /app | wc -l) entries"
`;

const run = `#!/bin/sh -e
# Runs what prepare has built. With exec, so that it gets the signals.
cd /app
exec sh ./start.sh
`;

const saveArtifacts = `#!/bin/sh -e
# Copies what the next build can use into /tmp/artifacts.
cp -R /app/.cache /tmp/artifacts/cache
`;

const test = `#!/bin/sh -e
# Builds the builder image and, with it, the source in test/source: clean, then incremental.
cd "$(dirname "$0")/.."
builder=\${BUILDER:-NAME}
app=\${APP:-NAME-test-app}
docker build -t "$builder" .
trap 'docker image rm -f "$app" > /dev/null 2>&1 || true' EXIT
slipway sti validate "$builder" --incremental
slipway sti build test/source "$builder" "$app" --clean
[ "$(docker run --rm "$app")" = "hello from the source" ] || { echo "the image does not run" >&2; exit 1; }
slipway sti build test/source "$builder" "$app" --remove-previous
builds=$(docker run --rm --entrypoint /bin/sh "$app" -c 'wc -l < /app/.cache/builds')
[ "$builds" -eq 2 ] || { echo "the second build did not get the first one's artifacts" >&2; exit 1; }
echo "all tests passed"
`;

/** The files of a builder image to begin with: its Dockerfile, its scripts, and a test of it. */
export function builderFiles({ name, from }: BuilderFilesOptions): BuilderFile[] {
  const dockerfile = `FROM ${from}\nCOPY scripts/ /usr/bin/\nCMD ["/usr/bin/usage"]\n`;
  const usage = `#!/bin/sh\necho "This is a builder image: slipway sti build SOURCE ${name} TAG"\n`;
  const readme = [
    `# ${name}`,
    "",
    "A builder image for `slipway sti build`.",
    "",
    "```sh",
    `docker build -t ${name} .`,
    `slipway sti build SOURCE ${name} TAG`,
    "test/run",
    "```",
    "",
    "`scripts/prepare` builds the source, `scripts/run` runs the result, `scripts/save-artifacts` keeps what the next build",
    "can use. `test/run` builds the image and the source in `test/source` with it, clean and incrementally.",
    "",
  ].join("\n");
  const file = (path: string, text: string, executable = false): BuilderFile => ({ path, text, executable });
  return [
    file("Dockerfile", dockerfile),
    file("README.md", readme),
    file("scripts/prepare", prepare, true),
    file("scripts/run", run, true),
    file("scripts/save-artifacts", saveArtifacts, true),
    file("scripts/usage", usage, true),
    file("test/run", test.replaceAll("NAME", name), true),
    file("test/source/start.sh", 'echo "hello from the source"\n'),
  ];
}
