import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, connect, type Server } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Service, startService } from "./process.ts";

/** An engine of a test's own, in network, process and mount namespaces of its own, with a registry at its port 5000. */
export interface TestEngine {
  readonly host: string;
  /** With TLS: where it is reached, and the certificates' folder. */
  readonly tcp?: { readonly host: string; readonly certificates: string };
  start(): Promise<void>;
  /** Ends it and all its containers at once, as a crash would. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export async function testEngine(options: { tls?: boolean; registry?: boolean } = {}): Promise<TestEngine> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-engine-"));
  const socket = path.join(folder, "engine.sock");
  const relaySocket = path.join(folder, "relay.sock");
  if (options.tls) makeCertificates(folder);
  const registry = path.join(folder, "registry.yml");
  const storage = `storage: {filesystem: {rootdirectory: ${folder}/registry}}`;
  await writeFile(registry, `version: 0.1\n${storage}\nhttp: {addr: "127.0.0.1:5000"}\n`);
  let service: Service | undefined;
  let relay: Server | undefined;
  const start = async (): Promise<void> => {
    // A killed engine leaves these, and its numbers mean other processes in new namespaces.
    for (const name of ["dockerd.pid", "exec", "engine.sock", "relay.sock"]) {
      await rm(path.join(folder, name), { recursive: true, force: true });
    }
    await mkdir(path.join(folder, "data"), { recursive: true });
    const tls = options.tls
      ? `--host=tcp://127.0.0.1:2376 --tlsverify --tlscacert=${folder}/ca.pem --tlscert=${folder}/server-cert.pem --tlskey=${folder}/server-key.pem`
      : "";
    const script = [
      "busybox ip link set lo up",
      ...(options.registry ? [`docker-registry serve ${registry} >/dev/null 2>&1 &`] : []),
      ...(options.tls ? [`${process.execPath} -e '${relayScript}' ${relaySocket} &`] : []),
      `exec dockerd --data-root=${folder}/data --exec-root=${folder}/exec --pidfile=${folder}/dockerd.pid --host=unix://${socket} ${tls}`,
    ].join("\n");
    const args = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", script];
    service = await startService("unshare", args, /API listen on .*engine\.sock/);
  };
  await start();
  if (options.tls) relay = await startRelay(relaySocket);
  return {
    host: `unix://${socket}`,
    ...(relay
      ? { tcp: { host: `tcp://127.0.0.1:${(relay.address() as { port: number }).port}`, certificates: folder } }
      : {}),
    start,
    kill: async () => {
      await service?.kill();
    },
    remove: async () => {
      await service?.kill();
      relay?.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** A Unix socket can be reached from another network namespace; a port can't. */
const relayScript = `const net=require("net");net.createServer({allowHalfOpen:true},a=>{const b=net.connect({port:2376,host:"127.0.0.1",allowHalfOpen:true});for(const s of [a,b])s.on("error",()=>{a.destroy();b.destroy()});a.pipe(b).pipe(a)}).listen(process.argv[1])`;

async function startRelay(socketPath: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: socketPath, allowHalfOpen: true });
    for (const socket of [near, far]) {
      socket.on("error", () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** An authority, a server's certificate for 127.0.0.1, and a client's. */
function makeCertificates(folder: string): void {
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=test-ca", "-days", "2");
  for (const [name, subject, extension] of [
    ["server-", "/CN=127.0.0.1", "subjectAltName=IP:127.0.0.1"],
    ["", "/CN=client", "extendedKeyUsage=clientAuth"],
  ] as const) {
    openssl(
      "req",
      ...key,
      "-keyout",
      `${name}key.pem`,
      "-out",
      `${name}csr.pem`,
      "-subj",
      subject,
      "-addext",
      extension,
    );
    const sign = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-copy_extensions", "copy", "-days", "2"];
    openssl("x509", "-req", "-in", `${name}csr.pem`, ...sign, "-out", `${name}cert.pem`);
  }
}
