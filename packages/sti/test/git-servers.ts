import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer as createHttpsServer } from "node:https";
import { createServer, connect, type Socket } from "node:net";
import { userInfo } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A server of git repositories, on this machine. */
export interface GitServer {
  readonly port: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** A program that listens at a port, in a process group of its own. */
async function startProgram(port: number, program: string, args: readonly string[]): Promise<GitServer> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-10_000)));
  const exited = once(child, "exit");
  const deadline = performance.now() + 30_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${program} did not come up: ${said}`);
    await delay(20);
  }
  return {
    port,
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      await exited;
    },
  };
}

/** git's own server: `git://127.0.0.1:PORT/…`, of all below a folder. */
export async function startGitDaemon(folder: string): Promise<GitServer> {
  const port = await freePort();
  const options = ["--listen=127.0.0.1", `--port=${port}`, "--export-all", "--reuseaddr", `--base-path=${folder}`];
  return startProgram(port, "git", ["daemon", ...options, folder]);
}

/** An ssh server, with the keys of both sides. */
export interface SshGitServer extends GitServer {
  readonly user: string;
  /** What ssh has to be told to get in, `options` before it. */
  ssh(...options: string[]): string;
}

/** Debian's sshd, for whoever runs the tests. */
export async function startSshd(folder: string): Promise<SshGitServer> {
  const port = await freePort();
  const file = (name: string): string => path.join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const key of ["key", "host_key"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file(key)]);
  }
  await copyFile(file("key.pub"), file("authorized_keys"));
  const hostKey = (await readFile(file("host_key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
  await writeFile(file("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${file("host_key")}`,
    `PidFile ${file("sshd.pid")}`,
    `AuthorizedKeysFile ${file("authorized_keys")}`,
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin prohibit-password",
  ];
  await writeFile(file("sshd_config"), `${settings.join("\n")}\n`);
  // Where sshd puts those that haven't logged in yet.
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const server = await startProgram(port, "/usr/sbin/sshd", ["-D", "-e", "-f", file("sshd_config")]);
  return {
    ...server,
    user: userInfo().username,
    ssh: (...options) =>
      ["ssh", "-F", "none", ...options, "-o", `UserKnownHostsFile=${file("known_hosts")}`, "-i", file("key")].join(" "),
  };
}

/** An https server, with the CA that vouches for it. */
export interface HttpsGitServer extends GitServer {
  readonly ca: string;
}

/** `https://127.0.0.1:PORT/…` by git's own http-backend; what is below `/private/` is for `me` with the password `s@cret`. */
export async function startHttpsServer(folder: string, state: string): Promise<HttpsGitServer> {
  await mkdir(state, { recursive: true });
  const file = (name: string): string => path.join(state, name);
  const openssl = (...args: string[]): Buffer => execFileSync("openssl", args, { cwd: state, stdio: "pipe" });
  const subject = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  openssl("req", "-x509", ...subject, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test CA");
  openssl("req", ...subject, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=127.0.0.1");
  await writeFile(file("extensions"), "subjectAltName=IP:127.0.0.1\n");
  const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions", "-days", "2"];
  openssl("x509", "-req", "-in", "request.pem", "-out", "cert.pem", ...sign);
  const tls = { key: await readFile(file("key.pem")), cert: await readFile(file("cert.pem")) };
  const right = `Basic ${Buffer.from("me:s@cret").toString("base64")}`;
  const sockets = new Set<Socket>();
  const server = createHttpsServer(tls, (request, response) => {
    const url = new URL(request.url ?? "/", "https://127.0.0.1");
    if (url.pathname.startsWith("/private/") && request.headers.authorization !== right) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
      return;
    }
    const cgi = spawn("git", ["http-backend"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: {
        PATH: process.env["PATH"],
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: decodeURIComponent(url.pathname).replace(/^\/private\//, "/"),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"],
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
        HTTP_GIT_PROTOCOL: request.headers["git-protocol"]?.toString(),
      },
    });
    request.pipe(cgi.stdin).on("error", () => undefined);
    const chunks: Buffer[] = [];
    cgi.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    cgi.on("close", () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf("\r\n\r\n");
      const lines = answer.subarray(0, end).toString("latin1").split("\r\n");
      const headers = lines.map((line) => line.split(": ") as [string, string]);
      const status = headers.find(([name]) => name === "Status")?.[1];
      response.writeHead(Number.parseInt(status ?? "200", 10), Object.fromEntries(headers));
      response.end(answer.subarray(end + 4));
    });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    ca: file("ca.pem"),
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
