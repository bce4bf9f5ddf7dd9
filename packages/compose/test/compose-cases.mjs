import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * One composition to load, as written in a file of packages/compose/cases.
 * @typedef {object} ComposeCase
 * @property {string} name
 * @property {string[]} args of `docker-compose`, before `config`
 * @property {Record<string, string>} environment
 * @property {Record<string, string>} files by name, relative to the project's folder
 * @property {boolean} differs whether we differ on purpose: docs/compose-differences.md says why
 */

/**
 * What `docker-compose config --format json` made of a case; undefined where it refused it.
 * @typedef {{ name: string, project?: unknown, rejected?: string }} Golden
 */

/** The folder with the cases. */
export const casesFolder = fileURLToPath(new URL("../cases/", import.meta.url));

/** The areas that have cases, by name. */
export async function caseAreas() {
  const names = await readdir(casesFolder);
  return names.filter((name) => name.endsWith(".cases")).map((name) => name.slice(0, -".cases".length));
}

/**
 * The cases of an area.
 * @param {string} area
 */
export async function readCases(area) {
  return parseCases(await readFile(join(casesFolder, `${area}.cases`), "utf8"));
}

/**
 * The recorded answers to an area's cases.
 * @param {string} area
 * @returns {Promise<Golden[]>}
 */
export async function readGoldens(area) {
  const text = await readFile(join(casesFolder, `${area}.expected.jsonl`), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/**
 * A case file's cases. `= ` starts a case and gives its name, then after ` | ` variables (`A=1`) and arguments; `-- `
 * starts a file of it. `+ ` is a case in one line: a field of a service `a`, or with `+/ ` of the project, with `\n` for
 * the ends of lines. `+m ` is a service `a` of two files, the parts divided by ` ;; `; `+e ` is a service `a` that extends
 * another one. A `!` before any of these marks a case in which we differ on purpose. Lines before the first case that start with `#` are comments.
 * @param {string} text
 * @returns {ComposeCase[]}
 */
export function parseCases(text) {
  /** @type {ComposeCase[]} */
  const cases = [];
  /** @type {string | undefined} */
  let file;
  for (const written of text.replace(/\n$/, "").split("\n")) {
    const current = cases.at(-1);
    const differs = /^!(?:\+|=)/.test(written);
    const line = differs ? written.slice(1) : written;
    const count = cases.length;
    if (line.startsWith("+m ") || line.startsWith("+e ")) {
      cases.push(twoParts(line));
      file = undefined;
    } else if (line.startsWith("= ")) {
      const [name = "", options = ""] = line.slice(2).split(" | ");
      cases.push({ name: name.trim(), ...parseOptions(options), files: {}, differs: false });
      file = undefined;
    } else if (line.startsWith("-- ") && current) {
      file = line.slice(3);
      current.files[file] = "";
    } else if (line.startsWith("+/ ") || line.startsWith("+ ")) {
      cases.push(oneLine(line));
      file = undefined;
    } else if (file !== undefined && current) {
      current.files[file] += `${line}\n`;
    } else if (line !== "" && !line.startsWith("#")) {
      throw new SyntaxError(`no case begins at: ${line}`);
    }
    const begun = cases[count];
    if (begun && differs) begun.differs = true;
  }
  return cases;
}

/** @param {string} line */
function oneLine(line) {
  const top = line.startsWith("+/ ");
  const [fields = "", options = ""] = line.slice(top ? 3 : 2).split(" ||| ");
  const written = fields.replaceAll("\\n", top ? "\n" : "\n    ");
  return {
    name: line,
    ...parseOptions(options),
    differs: false,
    files: { "compose.yaml": top ? `${written}\n` : `services:\n  a:\n    image: x\n    ${written}\n${surroundings}` },
  };
}

/** @param {string} line */
function twoParts(line) {
  const [parts = "", options = ""] = line.slice(3).split(" ||| ");
  const [below = "", above = ""] = parts.split(" ;; ");
  /** @param {string} name @param {string} fields */
  const service = (name, fields) => `  ${name}:\n    ${fields.replaceAll("\\n", "\n    ")}\n`;
  const merged = line.startsWith("+m ");
  return {
    name: line,
    ...parseOptions(options),
    differs: false,
    files: merged
      ? {
          "compose.yaml": `services:\n${service("a", `image: x\\n${below}`)}${surroundings}`,
          "compose.override.yaml": `services:\n${service("a", above)}`,
        }
      : {
          "compose.yaml": `services:\n${service("base", `image: x\\n${below}`)}${service("a", `extends: base\\n${above}`)}${surroundings}`,
        },
  };
}

const surroundings = `  b: { image: x }
  c: { image: x, networks: [front, back] }
networks: { front: {}, back: {} }
volumes: { data: {}, other: { name: elsewhere } }
secrets: { key: { file: ./key.pem }, token: { environment: TOKEN } }
configs: { conf: { file: ./conf.ini }, text: { content: hello } }
`;

/** @param {string} text */
function parseOptions(text) {
  /** @type {string[]} */
  const args = [];
  /** @type {Record<string, string>} */
  const environment = {};
  for (const word of text.split(" ").filter(Boolean)) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined) args.push(word);
    else environment[name] = value;
  }
  return { args, environment };
}

/**
 * Asks docker-compose what a case is. The project's folder is `/project` in the answer.
 * @param {string} oracle the docker-compose program
 * @param {ComposeCase} one
 * @returns {Promise<Golden>}
 */
export async function askOracle(oracle, { name, args, environment, files }) {
  const root = await mkdtemp(join(tmpdir(), "slipway-case-"));
  try {
    const folder = join(root, "project");
    await mkdir(folder);
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    const { code, stdout, stderr } = await run(oracle, [...args, "config", "--format", "json"], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: "/home/user", ...environment },
    });
    if (code !== 0) return { name, rejected: stderr.replaceAll(root, "").trim().split("\n").at(-1) ?? "" };
    return { name, project: JSON.parse(stdout.replaceAll(`"${root}"`, '"/"').replaceAll(root, "")) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env: Record<string, string>, input?: string }} options
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export async function run(program, args, { input = "", ...options }) {
  const child = spawn(program, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  // A program that reads nothing may have ended by now.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, stdout, stderr };
}

/**
 * The options of `load` that say the same as a case's arguments, with its files in memory.
 * @param {ComposeCase} one
 */
export function loadOptions({ args, environment, files }) {
  const rest = [...args];
  /** @type {string[]} */
  const names = [];
  /** @type {string[]} */
  const profiles = [];
  /** @type {string[]} */
  const envFiles = [];
  /** @type {string | undefined} */
  let projectName;
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const value = rest.shift() ?? "";
    if (flag === "-f") names.push(value);
    else if (flag === "-p") projectName = value;
    else if (flag === "--profile") profiles.push(value);
    else if (flag === "--env-file") envFiles.push(value);
    else throw new SyntaxError(`no argument of a case: ${flag}`);
  }
  const found = ["compose.yaml", "compose.override.yaml"].filter((name) => name in files);
  return {
    files: (names.length > 0 ? names : found).map((name) => ({ name, text: files[name] ?? "" })),
    directory: join("/project", dirname(names[0] ?? ".")),
    environment: { HOME: "/home/user", ...environment },
    host: {
      /** @param {string} path */
      readFile: async (path) => files[path.replace(/^\/project\//, "")],
    },
    ...(profiles.length > 0 ? { profiles } : {}),
    ...(envFiles.length > 0 ? { envFiles } : {}),
    ...(projectName === undefined ? {} : { projectName }),
  };
}
