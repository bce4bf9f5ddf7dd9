import { namedFiles, projectValues, serviceValues } from "./field-values.mjs";

const expressions = [
  ..."${A} $A ${A:-x} ${U:-d} ${U-e} ${U:+f} ${A:+g} ${A+h} ${E:-i} ${E-j} $$A ${A:?err}".split(" "),
  ..."${N:-${A}} ${U:-{x}} ${U:-$$}".split(" "),
];

const resources = ["networks", "volumes", "secrets", "configs", "models"];

/** Fields that contradict too many others. */
const lonely = ["network_mode", "scale", "container_name", "provider", "ipc", "uts", "pid", "credential_spec"];

/** Makes random projects of several files out of values of all fields. */
export class RandomProject {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed;
  }

  /** A number from 0 up to 1. */
  random() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return /** @type {T} */ (list[Math.floor(this.random() * list.length)]);
  }

  /** @param {number} probability */
  chance(probability) {
    return this.random() < probability;
  }

  /**
   * A case as the case files have them.
   * @param {string} name
   * @returns {import("./compose-cases.mjs").ComposeCase}
   */
  next(name) {
    /** @type {Record<string, string>} */
    const files = { ...namedFiles };
    /** @type {string[]} */
    const args = [];
    const environment = { TOKEN: "t", A: this.pick(["1", "val", "true", "8080"]), E: "" };
    files["compose.yaml"] = this.#mainFile(files);
    files["d/base.yaml"] = `services:\n${this.#service("base", "    image: dbi\n")}  b: {image: q}\n  c: {image: r}\n`;
    if (this.chance(0.3)) files[".env"] = "U=envU\nN=\nA=no\n";
    if (this.chance(0.6)) {
      const second = this.chance(0.4) ? this.#service("a2", "", true) : "";
      const networks = this.chance(0.3) ? `networks: ${this.pick(projectValues["networks"] ?? [])}\n` : "";
      files["compose.override.yaml"] = `services:\n${this.#service("a", "", true)}${second}${networks}`;
    }
    if (this.chance(0.2)) {
      const added = this.chance(0.5) ? this.#service("new", "    image: nn\n") : "";
      files["third.yaml"] = `services:\n${this.#service("a", "", true)}${added}`;
      for (const file of ["compose.yaml", "compose.override.yaml", "third.yaml"]) {
        if (file in files) args.push("-f", file);
      }
    }
    if (this.chance(0.3)) args.push("--profile", this.pick(["p", "q", "pp", "*"]));
    if (this.chance(0.2)) args.push("-p", "given");
    return { name, args, environment, files, differs: false };
  }

  /** @param {Record<string, string>} files */
  #mainFile(files) {
    const extending = this.chance(0.5);
    const bases = ["base", "{service: base}", "{service: base, file: d/base.yaml}"];
    let text = "services:\n";
    if (extending) text += this.#service("base", "    image: bi\n");
    text += this.#service("a", `    image: x\n${extending ? `    extends: ${this.pick(bases)}\n` : ""}`);
    text += this.#service("a2", `    build: .\n${this.chance(0.3) ? "    profiles: [pp]\n" : ""}`);
    text += "  b: { image: x, build: ., healthcheck: {test: a} }\n  c: { image: x, networks: [front, back] }\n";
    text += this.#resources();
    if (this.chance(0.3)) {
      const includes = [
        "[d/inc.yaml]",
        "[{path: d/inc.yaml}]",
        "[{path: [d/inc.yaml], env_file: d/inc.env}]",
        "[{path: d/inc.yaml, project_directory: .}]",
      ];
      text += `include: ${this.pick(includes)}\n`;
      files["d/inc.yaml"] =
        `services:\n${this.#service("inc", "    image: ii\n")}${this.chance(0.5) ? this.#resources() : ""}`;
      files["d/inc.env"] = "A=incenv\nU=set\n";
      if (this.chance(0.5)) files["d/.env"] = "U=fromdot\nA=dot\n";
    }
    return this.chance(0.3) ? `name: ${this.pick(["nm", "'${A}x'", "My-App"])}\n${text}` : text;
  }

  /** @param {string} name @param {string} start @param {boolean} [tagged] whether `!reset` and `!override` may come */
  #service(name, start, tagged = false) {
    /** @type {Map<string, string>} */
    const fields = new Map();
    const names = Object.keys(serviceValues).filter((field) => !lonely.includes(field));
    for (let i = Math.floor(this.random() * 5); i >= 0; i--) {
      const field = this.pick(names);
      const value = this.pick(serviceValues[field] ?? []);
      if (!tagged && value.includes("!")) continue;
      fields.set(field, this.chance(0.05) ? this.#withVariable(value) : value);
    }
    const lines = [...fields].map(([field, value]) => `    ${field}: ${value}\n`).join("");
    return `  ${name}:\n${start}${lines || "    tty: true\n"}`;
  }

  /** @param {string} value */
  #withVariable(value) {
    return value.replace(/\b([a-z]{1,3}|\d+)\b/, () => this.pick(expressions));
  }

  #resources() {
    return resources
      .map((section) => {
        const [usual = "{}", ...others] = (projectValues[section] ?? []).filter((value) => !value.includes("!"));
        return `${section}: ${this.chance(0.25) ? this.pick(others) : usual}\n`;
      })
      .join("");
  }
}
