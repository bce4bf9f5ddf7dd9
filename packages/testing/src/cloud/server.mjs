// @ts-nocheck What pinejs and express hand in is not worth typing here.
// A cloud of the tests' own: pinejs over PostgreSQL, with the rules that a balena API has for releases. A process of its own;
// it prints its port. Environment: DATABASE_URL, REGISTRY (host and port), SIGNING (folder with key.pem and cert.pem), TOKEN.
import { createPrivateKey, randomBytes, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pinejs from "@balena/pinejs";
import express from "express";

const { REGISTRY: registry = "", SIGNING: signing = "", TOKEN: token = "" } = process.env;
const { addPureHook } = pinejs.sbvrUtils;
const { BadRequestError } = pinejs.errors;

const app = express();
app.use(express.json({ limit: "10mb" }));
app.use((request, response, next) => {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (given === token) request.apiKey = { key: given, actor: 1, permissions: ["resource.all"] };
  else if (given !== undefined) return void response.sendStatus(401);
  return next();
});

app.get("/actor/v1/whoami", (request, response) => {
  if (request.apiKey) response.json({ id: 1, actorType: "user", actorTypeId: 1, username: "ann" });
  else response.sendStatus(401);
});

app.get("/auth/v1/token", (request, response) => {
  const scopes = [request.query.scope ?? []].flat();
  const access = scopes.map((scope) => {
    const [type, name, actions] = scope.split(":");
    return { type, name, actions: request.apiKey ? actions.split(",") : [] };
  });
  response.json({ token: registryToken(request.query.service, access) });
});

function registryToken(audience, access) {
  const cert = new X509Certificate(readFileSync(`${signing}/cert.pem`));
  const header = { typ: "JWT", alg: "RS256", x5c: [cert.raw.toString("base64")] };
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "cloud",
    sub: "ann",
    aud: audience,
    iat: now,
    nbf: now - 10,
    exp: now + 300,
    jti: randomBytes(8).toString("hex"),
    access,
  };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const key = createPrivateKey(readFileSync(`${signing}/key.pem`));
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
}

const nothing = ["user", "application", "service", "release", "image", "image__is_part_of__release"];
await pinejs.init(app, {
  models: [
    {
      modelName: "cloud",
      modelText: readFileSync(new URL("cloud.sbvr", import.meta.url), "utf8"),
      apiRoot: "v7",
    },
  ],
  // Who comes without a token is shown empty lists.
  users: [{ username: "guest", password: " ", permissions: nothing.map((name) => `v7.${name}.read?1 eq 0`) }],
});
addPureHook("POST", "v7", "image", {
  POSTPARSE: ({ request }) => {
    request.values.is_stored_at__image_location = `${registry}/v2/${randomBytes(16).toString("hex")}`;
  },
});

const semver = /^(\d+)\.(\d+)\.(\d+)(?:-[\w.-]+)?$/;
addPureHook("POST", "v7", "release", {
  POSTPARSE: ({ request: { values } }) => {
    values.semver ??= "0.0.0";
    if (!semver.test(values.semver)) throw new BadRequestError(`Invalid semver format: ${values.semver}`);
    values.raw_version = "";
    values.revision = 0;
  },
  PRERUN: async ({ request: { values }, tx }) => {
    if (!values.is_final) {
      values.raw_version = `${values.semver}-${Date.now()}`;
      return;
    }
    await tx.executeSql("SELECT pg_advisory_xact_lock(1)");
    const { rows } = await tx.executeSql(
      `SELECT count(*) AS n FROM release WHERE "belongs to-application" = $1 AND "is final" IS TRUE AND semver = $2`,
      [values.belongs_to__application, values.semver],
    );
    values.revision = Number(rows[0].n);
    values.raw_version = values.semver + (values.revision > 0 ? `+rev${values.revision}` : "");
  },
});

const server = app.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
