import { rootCertificates } from "node:tls";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { dockerFor } from "./docker-for.ts";

test("an agent is a word, however its requests are printed", () => {
  const tlsMaterial = { ca: Buffer.from(rootCertificates.join("\n")), cert: undefined, key: undefined, verify: true };
  const { agent } = dockerFor({ host: "tcp://127.0.0.1:2376", tlsMaterial }).modem as unknown as { agent: object };
  expect(inspect({ agent }, { showHidden: true, depth: null })).toBe("{ agent: Agent }");
});
