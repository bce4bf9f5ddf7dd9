import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { TransportError } from "../transport-error.ts";
import { judgeHostKey, type KnownHost, linesFor, parseKnownHosts } from "./known-hosts.ts";
import type { SshTarget } from "./ssh-target.ts";

/** What the known_hosts files say of one host. */
export class HostKeyCheck {
  readonly #target: SshTarget;
  readonly #name: string;
  readonly #lines: readonly KnownHost[];

  private constructor(target: SshTarget, lines: readonly KnownHost[]) {
    this.#target = target;
    this.#name = hostName(target);
    this.#lines = lines;
  }

  static async read(target: SshTarget): Promise<HostKeyCheck> {
    const files = target.knownHostsFiles.map(async (file) =>
      parseKnownHosts(await readFile(file, "utf8").catch(() => ""), file),
    );
    const hosts = (await Promise.all(files)).flat();
    const lines = linesFor(hosts, target.hostKeyAlias ?? target.hostname, target.hostKeyAlias ? 22 : target.port);
    return new HostKeyCheck(target, lines);
  }

  /** The types of the keys that are known, so that the host is asked for one of these and not for a stranger. */
  get knownTypes(): string[] {
    const types = this.#lines.filter(({ marker }) => marker === undefined).map(({ type }) => type);
    return types.flatMap((type) => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type]));
  }

  /**
   * @throws TransportError TRANSPORT_HOST_KEY unless the key is known, or the configuration accepts unknown ones
   */
  async accept(key: Buffer): Promise<void> {
    const result = judgeHostKey(this.#lines, key);
    const shown = `${keyType(key)} SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
    const refuse = (what: string, hint: string): TransportError =>
      new TransportError("TRANSPORT_HOST_KEY", `ssh host ${this.#name}: ${what}; it shows ${shown}`, { hint });
    switch (result.verdict) {
      case "known":
        return undefined;
      case "unknown":
        if (this.#target.unknownHosts === "accept") return undefined;
        if (this.#target.unknownHosts === "add") return this.#add(key);
        throw refuse(
          `its key is not in ${this.#target.knownHostsFiles[0] ?? "known_hosts"}`,
          `connect once with \`ssh\`, which asks, or add it: ssh-keyscan -p ${this.#target.port} ${this.#target.hostname}`,
        );
      case "changed":
        throw refuse(
          `its key has CHANGED from the one at ${result.places.join(", ")}, as if another machine answered`,
          `if the host was set up anew, forget the old key: ssh-keygen -R '${this.#name}'`,
        );
      case "revoked":
        throw refuse(`its key is revoked at ${result.places.join(", ")}`, "give the host a new key");
      case "authority":
        throw refuse(
          `it is known by a certificate authority only (${result.places.join(", ")}), which is not supported`,
          `add the host's own key: ssh-keyscan -p ${this.#target.port} ${this.#target.hostname}`,
        );
    }
  }

  async #add(key: Buffer): Promise<void> {
    const [file] = this.#target.knownHostsFiles;
    if (file === undefined) return;
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${this.#name} ${keyType(key)} ${key.toString("base64")}\n`, { mode: 0o600 });
  }
}

/** The host's name as known_hosts has it. */
function hostName({ hostKeyAlias, hostname, port }: SshTarget): string {
  return hostKeyAlias ?? (port === 22 ? hostname : `[${hostname}]:${port}`);
}

/** A public key begins with its type, after the length. */
function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
}
