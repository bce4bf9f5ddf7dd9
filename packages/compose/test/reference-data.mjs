import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./compose-cases.mjs";

/**
 * One compose file or env file of the reference implementation's own test data, with how it is loaded.
 * @typedef {{ name: string, directory: string, file: string, profiles: string[], text?: string }} ReferenceCase
 */

/** The reference implementation's data beside the project; it is no part of it. */
export const referenceData = fileURLToPath(new URL("../../../../shared/conformance/compose-go/", import.meta.url));

/** What docker-compose makes of each case: `rejected`, or a digest of its JSON. */
export const referenceDigests = fileURLToPath(new URL("../cases/reference-data.json", import.meta.url));

/** Whether the data is there. */
export const hasReferenceData = existsSync(referenceData);

/** The variables that the data's files refer to. */
export const referenceEnvironment = { HOME: "/home/user", FOO: "foo", REPO_URL: "https://example.org/repo", TAG: "1" };

/**
 * All cases: each compose file by itself and with all profiles, and each env file as one of a service.
 * @returns {Promise<ReferenceCase[]>}
 */
export async function referenceCases() {
  const names = (await readdir(referenceData, { recursive: true })).toSorted();
  /** @type {ReferenceCase[]} */
  const cases = [];
  for (const name of names.filter((one) => /\.ya?ml$/.test(one))) {
    const directory = join(referenceData, dirname(name));
    const file = basename(name);
    cases.push({ name, directory, file, profiles: [] });
    cases.push({ name: `${name} --profile *`, directory, file, profiles: ["*"] });
  }
  for (const name of names.filter((one) => /(?:[.-]env|\.format)$/.test(one))) {
    const text = `services: { a: { image: x, env_file: "${join(referenceData, name)}" } }\n`;
    cases.push({ name: `env_file: ${name}`, directory: referenceData, file: "-", text, profiles: [] });
  }
  return cases;
}

/**
 * The digest of a project's JSON, wherever the data is.
 * @param {unknown} project
 */
export function digestOf(project) {
  const text = JSON.stringify(sorted(project)).replaceAll(referenceData.replace(/\/$/, ""), "/data");
  return createHash("sha256").update(text).digest("hex");
}

/** @param {unknown} value @returns {unknown} */
export function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

/**
 * What docker-compose makes of a case; undefined where it refuses it.
 * @param {string} oracle the docker-compose program
 * @param {ReferenceCase} one
 * @returns {Promise<unknown>}
 */
export async function askAboutReference(oracle, { directory, file, profiles, text }) {
  const { code, stdout } = await run(
    oracle,
    ["-f", file, ...profiles.flatMap((profile) => ["--profile", profile]), "config", "--format", "json"],
    {
      cwd: directory,
      env: { PATH: process.env["PATH"] ?? "", ...referenceEnvironment },
      ...(text === undefined ? {} : { input: text }),
    },
  );
  return code === 0 ? JSON.parse(stdout) : undefined;
}

/**
 * The options of `load` that say the same as a case.
 * @param {ReferenceCase} one
 */
export function referenceOptions({ file, directory, profiles, text }) {
  return {
    files: [text === undefined ? file : { name: file, text }],
    directory: directory.replace(/\/$/, ""),
    environment: referenceEnvironment,
    ...(profiles.length > 0 ? { profiles } : {}),
  };
}
