import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { TlsFiles, TlsMaterial } from "./engine-location.ts";
import { TransportError } from "./transport-error.ts";

/**
 * Refuses TLS material that cannot be used, by the file that it is from.
 * @throws TransportError TRANSPORT_BAD_CONFIG
 */
export function checkTls({ ca, cert, key }: TlsMaterial, source: string, files: TlsFiles | undefined): void {
  const check = (what: string, use: () => unknown): void => {
    try {
      use();
    } catch (cause) {
      throw new TransportError("TRANSPORT_BAD_CONFIG", `${source}: cannot use ${what}: ${(cause as Error).message}`, {
        cause,
        hint: "expected PEM text: a CA's certificates, a certificate, and its key without a passphrase",
      });
    }
  };
  const named = (name: "ca" | "cert" | "key"): string =>
    files?.[name] === undefined ? `the TLS material's \`${name}\`` : `the TLS file ${files[name]}`;
  // A context takes anything for authorities, and then knows none.
  for (const authority of ca === undefined ? [] : [ca].flat()) check(named("ca"), () => new X509Certificate(authority));
  if (cert !== undefined) check(named("cert"), () => createSecureContext({ cert }));
  if (key !== undefined) check(named("key"), () => createSecureContext({ key }));
  if (cert !== undefined && key !== undefined) {
    check("the TLS certificate with that key", () => createSecureContext({ cert, key }));
  }
}
