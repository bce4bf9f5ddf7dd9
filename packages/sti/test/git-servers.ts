import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import path from "node:path";
import { freePort, startService, startSshServer } from "@slipway/testing";

/** A server of git repositories, on this machine. */
export interface GitServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** git's own server: `git://127.0.0.1:PORT/…`, of all below a folder. */
export async function startGitDaemon(folder: string): Promise<GitServer> {
  const port = await freePort();
  const options = ["--verbose", "--listen=127.0.0.1", `--port=${port}`, "--export-all", "--reuseaddr"];
  const service = await startService(
    "/usr/lib/git-core/git-daemon",
    [...options, `--base-path=${folder}`, folder],
    /Ready/,
  );
  return { port, stop: () => service.kill() };
}

/** An ssh server, with the keys of both sides. */
export interface SshGitServer extends GitServer {
  readonly user: string;
  /** What ssh has to be told to get in, `options` before it. */
  ssh(...options: string[]): string;
}

/** Debian's sshd, for whoever runs the tests. */
export async function startSshd(): Promise<SshGitServer> {
  const server = await startSshServer();
  const { port, host, home } = server;
  const known = path.join(home, ".ssh/known_hosts");
  const key = path.join(home, ".ssh/id_ed25519");
  return {
    port,
    user: new URL(host).username,
    ssh: (...options) => ["ssh", "-F", "none", ...options, "-o", `UserKnownHostsFile=${known}`, "-i", key].join(" "),
    stop: () => server.remove(),
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
