import { expect, test } from "vitest";
import { judgeHostKey, linesFor, parseKnownHosts } from "./known-hosts.ts";

const key = Buffer.from("one key");
const base64 = key.toString("base64");
const other = Buffer.from("another").toString("base64");

function judge(text: string, host = "host.example", port = 22): string {
  return judgeHostKey(linesFor(parseKnownHosts(text, "known_hosts"), host, port), key).verdict;
}

test.each([
  ["plain", `host.example ssh-ed25519 ${base64} comment`, "known"],
  ["one of several names, any case", `a.example,HOST.example ssh-ed25519 ${base64}`, "known"],
  ["wildcards", `*.example ssh-ed25519 ${base64}`, "known"],
  ["a negated name", `*.example,!host.example ssh-ed25519 ${base64}`, "unknown"],
  ["another host", `hostXexample ssh-ed25519 ${base64}`, "unknown"],
  ["another port", `[host.example]:2222 ssh-ed25519 ${base64}`, "unknown"],
  ["a comment", `# host.example ssh-ed25519 ${base64}`, "unknown"],
  ["another key", `host.example ssh-ed25519 ${other}`, "changed"],
  ["one of two keys", `host.example ssh-rsa ${other}\nhost.example ssh-ed25519 ${base64}`, "known"],
  ["revoked", `host.example ssh-ed25519 ${base64}\n@revoked * ssh-ed25519 ${base64}`, "revoked"],
  ["an authority only", `@cert-authority *.example ssh-ed25519 ${other}`, "authority"],
  [
    "hashed, of another host",
    `|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= ssh-ed25519 ${base64}`,
    "unknown",
  ],
])("%s", (_, text, verdict) => {
  expect(judge(text)).toBe(verdict);
});

test("a port other than 22 is part of the name", () => {
  expect(judge(`[host.example]:2222 ssh-ed25519 ${base64}`, "host.example", 2222)).toBe("known");
  expect(judge(`host.example ssh-ed25519 ${base64}`, "host.example", 2222)).toBe("unknown");
});

test("the verdict says which lines", () => {
  const lines = linesFor(parseKnownHosts(`\nhost.example ssh-rsa ${other}\n`, "/k"), "host.example", 22);
  expect(judgeHostKey(lines, key)).toEqual({ verdict: "changed", places: ["/k:2"] });
});
