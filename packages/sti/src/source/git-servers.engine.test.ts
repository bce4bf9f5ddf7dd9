import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  type GitServer,
  type HttpsGitServer,
  type SshGitServer,
  startGitDaemon,
  startHttpsServer,
  startSshd,
} from "../../test/git-servers.ts";
import { build } from "../build.ts";
import { useBench } from "../../test/bench.ts";
import { readSourceFacts } from "../source-facts.ts";
import { withSource } from "./open-source.ts";

// Real servers: git's own, Debian's sshd, and https with a CA of the test's.
const bench = useBench();
let folder: string;
let working: string;
let first: string;
let daemon: GitServer;
let sshd: SshGitServer;
let https: HttpsGitServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sti-git-"));
  working = path.join(folder, "working");
  await mkdir(working);
  first = await makeRepositories();
  daemon = await startGitDaemon(path.join(folder, "served"));
  sshd = await startSshd();
  https = await startHttpsServer(path.join(folder, "served"), path.join(folder, "tls"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  const left = await readdir(working);
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
});

afterAll(async () => {
  await Promise.all([daemon, sshd, https].map((server) => server?.stop()));
  await rm(folder, { recursive: true, force: true });
});

function git(cwd: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always"];
  return execFileSync("git", [...identity, ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

/** `app.git` with a submodule, `library.git`, named relative to it: whatever serves the one has the other. */
async function makeRepositories(): Promise<string> {
  const served = path.join(folder, "served");
  const [app, library] = [path.join(folder, "app"), path.join(folder, "library")];
  await mkdir(served);
  for (const root of [app, library]) {
    await mkdir(path.join(root, "web"), { recursive: true });
    git(root, "init", "-q", "-b", "main");
  }
  await writeFile(path.join(library, "lib.txt"), "library");
  git(library, "add", "-A");
  git(library, "commit", "-qm", "library");
  git(served, "clone", "-q", "--bare", library, "library.git");
  await writeFile(path.join(app, "web/a.txt"), "first");
  git(app, "add", "-A");
  git(app, "commit", "-qm", "first");
  const commit = git(app, "rev-parse", "HEAD");
  git(app, "tag", "-a", "v1", "-m", "one");
  git(app, "submodule", "--quiet", "add", "-f", path.join(served, "library.git"), "web/library");
  git(app, "config", "-f", ".gitmodules", "submodule.web/library.url", "../library.git");
  await writeFile(path.join(app, "web/a.txt"), "second");
  git(app, "add", "-A");
  git(app, "commit", "-qm", "second");
  git(app, "checkout", "-qb", "topic/one");
  await writeFile(path.join(app, "web/a.txt"), "topic");
  git(app, "commit", "-qam", "topic");
  git(app, "checkout", "-q", "--detach", commit);
  await writeFile(path.join(app, "web/a.txt"), "proposed");
  git(app, "commit", "-qam", "proposed");
  git(app, "update-ref", "refs/pull/7/head", "HEAD");
  git(app, "checkout", "-q", "main");
  git(served, "clone", "-q", "--mirror", app, "app.git");
  return commit;
}

interface Given {
  readonly source: string;
  readonly ref?: string;
  readonly contextDir?: string;
}

/** A source's files as they are built, by name. */
async function filesOf(request: Given): Promise<Record<string, string>> {
  const quiet = (): void => undefined;
  return withSource({ ...request, workingDir: working }, quiet, async ({ tree }) => {
    const { ignore } = await readSourceFacts(tree);
    const files: Record<string, string> = {};
    for await (const { header, body } of tree.entries(ignore)) {
      if (header.type === "file") files[header.name] = await text(Readable.from(body ?? [], { objectMode: false }));
    }
    return files;
  });
}

const library = { "library/lib.txt": "library" };

const urls: readonly [string, () => string][] = [
  ["git://", () => `git://127.0.0.1:${daemon.port}/app.git`],
  ["ssh://", () => `ssh://${sshd.user}@127.0.0.1:${sshd.port}${folder}/served/app.git`],
  ["https://", () => `https://127.0.0.1:${https.port}/app.git`],
  ["https:// with a password", () => `https://me:s%40cret@127.0.0.1:${https.port}/private/app.git`],
];

test.each(urls)(
  "%s: a branch, a tag, a commit, a ref of the server's, a context folder, submodules",
  async (_, url) => {
    vi.stubEnv("GIT_SSH_COMMAND", sshd.ssh());
    vi.stubEnv("GIT_SSL_CAINFO", https.ca);
    const source = url();
    expect(await filesOf({ source, contextDir: "web" })).toEqual({ "a.txt": "second", ...library });
    expect(await filesOf({ source: `${source}#topic/one:web` })).toEqual({ "a.txt": "topic", ...library });
    expect(await filesOf({ source: `${source}#v1` })).toEqual({ "web/a.txt": "first" });
    expect(await filesOf({ source, ref: first, contextDir: "web" })).toEqual({ "a.txt": "first" });
    expect(await filesOf({ source: `${source}#${first.slice(0, 9)}:web` })).toEqual({ "a.txt": "first" });
    expect(await filesOf({ source: `${source}#refs/pull/7/head:web` })).toEqual({ "a.txt": "proposed" });
    await expect(filesOf({ source: `${source}#nothing` })).rejects.toMatchObject({
      code: "STI_GIT_FAILED",
      message: expect.stringMatching(/^\w+:\/\/[^ ]+\/app\.git has no branch, tag or commit `nothing`$/),
    });
    await expect(filesOf({ source, contextDir: "nowhere" })).rejects.toMatchObject({ code: "STI_BAD_SOURCE" });
  },
);

test("user@host:path", async () => {
  vi.stubEnv("GIT_SSH_COMMAND", sshd.ssh("-p", `${sshd.port}`));
  const source = `${sshd.user}@127.0.0.1:${folder}/served/app.git`;
  expect(await filesOf({ source: `${source}#main:web` })).toEqual({ "a.txt": "second", ...library });
  expect(await filesOf({ source, ref: "v1" })).toEqual({ "web/a.txt": "first" });
});

test("nobody is asked: what is missing is said at once, without passwords", async () => {
  vi.stubEnv("GIT_SSL_CAINFO", https.ca);
  // Desktops have one, which would open a window.
  vi.stubEnv("SSH_ASKPASS", "/bin/cat");
  vi.stubEnv("DISPLAY", ":0");
  const server = `https://127.0.0.1:${https.port}`;
  const failure = async (source: string): Promise<{ message: string; hint: string }> => {
    const error = await filesOf({ source }).catch((thrown: Error & { hint: string; code: string }) => thrown);
    expect(error).toMatchObject({ code: "STI_GIT_FAILED" });
    return error as never;
  };
  expect(await failure(`${server}/private/app.git`)).toMatchObject({
    message: expect.stringContaining("could not read Username"),
    hint: expect.stringContaining("credentials are missing"),
  });
  const wrong = await failure(`https://me:wrong-password@127.0.0.1:${https.port}/private/app.git`);
  expect(wrong.message).toContain("Authentication failed");
  expect(JSON.stringify(wrong)).not.toContain("wrong-password");
  expect(await failure(`${server}/nowhere.git`)).toMatchObject({ hint: expect.stringContaining("such a repository") });
  vi.stubEnv("GIT_SSL_CAINFO", "/dev/null");
  expect(await failure(`${server}/app.git`)).toMatchObject({ hint: expect.stringContaining("GIT_SSL_CAINFO") });
  expect(await failure(`git://127.0.0.1:${daemon.port}/nowhere.git`)).toMatchObject({
    hint: expect.stringContaining("such a repository"),
  });

  const ssh = `ssh://${sshd.user}@127.0.0.1:${sshd.port}${folder}/served/app.git`;
  vi.stubEnv("GIT_SSH_COMMAND", sshd.ssh("-o", "UserKnownHostsFile=/dev/null"));
  expect(await failure(ssh)).toMatchObject({
    message: expect.stringContaining("Host key verification failed"),
    hint: expect.stringContaining("known_hosts"),
  });
  const noKey = sshd.ssh("-o", "IdentityAgent=none", "-o", "IdentitiesOnly=yes").replace(/ -i .*/, " -i /dev/null");
  vi.stubEnv("GIT_SSH_COMMAND", noKey);
  expect(await failure(ssh)).toMatchObject({ message: expect.stringContaining("Permission denied") });
});

test("git in a hook of another repository, and credentials that stay out of the clone", async () => {
  vi.stubEnv("GIT_SSL_CAINFO", https.ca);
  vi.stubEnv("GIT_DIR", path.join(folder, "library/.git"));
  vi.stubEnv("GIT_INDEX_FILE", path.join(folder, "library/.git/index"));
  const source = `https://me:s%40cret@127.0.0.1:${https.port}/private/app.git`;
  const quiet = (): void => undefined;
  await withSource({ source, workingDir: working }, quiet, async (open) => {
    expect(open.commit).toMatchObject({ author: "Ada <ada@example.org>", message: "second" });
    expect(open.location).toBe(`https://127.0.0.1:${https.port}/private/app.git`);
    const filesWith = (word: string): string =>
      execFileSync("sh", ["-c", `grep -rl ${word} . || true`], { cwd: working, encoding: "utf8" });
    expect(filesWith("second")).toContain("web/a.txt");
    expect(filesWith("-e s@cret -e s%40cret")).toBe("");
  });
});

test("an image of a commit says where it comes from", async () => {
  vi.stubEnv("GIT_SSL_CAINFO", https.ca);
  const source = `https://me:s%40cret@127.0.0.1:${https.port}/private/app.git#v1:web`;
  const request = bench.request({ source, baseImage: await bench.builder() });
  await build(request).result;
  expect(await bench.look(request.tag, "cat /app/a.txt; ls -A /tmp/src")).toBe("firsta.txt\n");
  const { Config } = await bench.engine.docker.getImage(request.tag).inspect();
  expect(Config.Labels).toMatchObject({
    "io.openshift.s2i.build.source-location": `https://127.0.0.1:${https.port}/private/app.git`,
    "io.openshift.s2i.build.source-context-dir": "web",
    "io.openshift.s2i.build.commit.ref": "v1",
    "io.openshift.s2i.build.commit.id": first,
    "io.openshift.s2i.build.commit.author": "Ada <ada@example.org>",
    "io.openshift.s2i.build.commit.message": "first",
  });
});
