import { fieldOf, isNull, itemsOf, type Mapping, type Node, stringField, stringOf } from "../parse/node.ts";
import { below, pathOf } from "../parse/path.ts";
import { sequenceForm } from "../merge/sequence-form.ts";
import type { ProblemList } from "../problem-list.ts";
import { readNumber } from "../schema/read-number.ts";
import { parseSize } from "../schema/parse-size.ts";

/** Tells what contradicts itself in a service. */
export function checkService(name: string, service: Mapping, problems: ProblemList): void {
  new ServiceCheck(name, service, problems).run();
}

/** Fields that say the same as one of `deploy`. */
const twins: readonly { field: string; deploy: readonly string[] }[] = [
  { field: "scale", deploy: ["replicas"] },
  { field: "cpus", deploy: ["resources", "limits", "cpus"] },
  { field: "mem_limit", deploy: ["resources", "limits", "memory"] },
  { field: "mem_reservation", deploy: ["resources", "reservations", "memory"] },
  { field: "pids_limit", deploy: ["resources", "limits", "pids"] },
];

/** Something that is put into a container, and where it is said. */
interface Mount {
  readonly field: string;
  readonly index: number;
  readonly node: Node;
}

class ServiceCheck {
  readonly #name: string;
  readonly #service: Mapping;
  readonly #problems: ProblemList;

  constructor(name: string, service: Mapping, problems: ProblemList) {
    this.#name = name;
    this.#service = service;
    this.#problems = problems;
  }

  run(): void {
    this.#origin();
    this.#build();
    this.#network();
    this.#healthcheck();
    this.#deployment();
    this.#watch();
    this.#mounts();
  }

  #conflict(field: string, message: string, hint?: string): void {
    this.#problems.error("COMPOSE_CONFLICT", `service \`${this.#name}\`: ${message}`, {
      path: pathOf("services", this.#name, field),
      span: fieldOf(this.#service, field)?.span ?? this.#service.span,
      hint,
    });
  }

  #origin(): void {
    const { entries, damaged } = this.#service;
    if (damaged || stringField(this.#service, "image") || entries.has("build") || entries.has("provider")) return;
    this.#problems.error("COMPOSE_MISSING_FIELD", `service \`${this.#name}\` has neither \`image\` nor \`build\``, {
      path: pathOf("services", this.#name),
      span: this.#service.span,
      hint: "say which image it runs, or how one is built",
    });
  }

  #build(): void {
    const build = fieldOf(this.#service, "build");
    if (!build) return;
    if (stringField(build, "dockerfile") && stringField(build, "dockerfile_inline")) {
      this.#conflict("build", "`dockerfile` and `dockerfile_inline` exclude each other", "keep one of the two");
    }
    const platform = stringField(this.#service, "platform");
    const platforms = itemsOf(fieldOf(build, "platforms")).map(stringOf);
    if (platform && platforms.length > 0 && !platforms.includes(platform)) {
      this.#conflict("platform", `\`${platform}\` is not among \`build.platforms\``, "add it there");
    }
  }

  #network(): void {
    if (!stringField(this.#service, "network_mode")) return;
    const networks = fieldOf(this.#service, "networks");
    if (networks?.kind !== "mapping" || networks.entries.size === 0) return;
    this.#conflict("network_mode", "`network_mode` and `networks` exclude each other", "keep one of the two");
  }

  #healthcheck(): void {
    const test = fieldOf(fieldOf(this.#service, "healthcheck"), "test");
    const [first] = itemsOf(test);
    const word = stringOf(first);
    if (word === undefined || ["CMD", "CMD-SHELL", "NONE"].includes(word)) return;
    this.#problems.error(
      "COMPOSE_BAD_VALUE",
      `a healthcheck's test starts with CMD, CMD-SHELL or NONE, not \`${word}\``,
      {
        path: pathOf("services", this.#name, "healthcheck", "test"),
        span: first?.span,
      },
    );
  }

  #deployment(): void {
    const deploy = fieldOf(this.#service, "deploy");
    for (const twin of twins) {
      const own = fieldOf(this.#service, twin.field);
      if (!own || isNull(own)) continue;
      let holder: Node | undefined = deploy;
      for (const key of twin.deploy.slice(0, -1)) holder = fieldOf(holder, key);
      const other = fieldOf(holder, twin.deploy.at(-1) ?? "");
      if (holder?.kind !== "mapping") continue;
      if (twin.field === "scale" && (!other || isNull(other))) continue;
      if (twin.field !== "scale" && amount(own) === 0) continue;
      if (amount(own) === (other && !isNull(other) ? amount(other) : 0)) continue;
      const path = ["deploy", ...twin.deploy].join(".");
      this.#conflict(twin.field, `\`${twin.field}\` and \`${path}\` say different things`, "keep one of the two");
    }
    const scale = fieldOf(this.#service, "scale") ?? fieldOf(deploy, "replicas");
    if (scale && Number(amount(scale)) > 1 && stringField(this.#service, "container_name")) {
      this.#conflict("container_name", "several containers cannot share one `container_name`", "leave the name out");
    }
  }

  #watch(): void {
    const rules = fieldOf(fieldOf(this.#service, "develop"), "watch");
    for (const [index, rule] of itemsOf(rules).entries()) {
      if (rule.kind === "mapping" && rule.damaged) continue;
      const action = stringField(rule, "action") ?? "";
      if (stringField(rule, "target") || action === "rebuild" || action === "restart") continue;
      this.#problems.error("COMPOSE_MISSING_FIELD", `action \`${action}\` needs a \`target\``, {
        path: below(pathOf("services", this.#name, "develop", "watch"), index),
        span: rule.span,
        hint: "say where in the container the files go",
      });
    }
  }

  #mounts(): void {
    const tmpfs = fieldOf(this.#service, "tmpfs");
    const volumes = itemsOf(fieldOf(this.#service, "volumes"));
    if (!tmpfs && volumes.length < 2) return;
    const targets = new Map<string, Mount>();
    (tmpfs ? sequenceForm(tmpfs) : []).forEach((node, index) =>
      this.#mount(stringOf(node)?.split(":", 1)[0], { field: "tmpfs", index, node }, targets),
    );
    volumes.forEach((node, index) =>
      this.#mount(stringField(node, "target"), { field: "volumes", index, node }, targets),
    );
  }

  #mount(target: string | undefined, mount: Mount, targets: Map<string, Mount>): void {
    if (target === undefined) return;
    const first = targets.get(target);
    targets.set(target, mount);
    if (first === undefined) return;
    this.#problems.error("COMPOSE_CONFLICT", `\`${target}\` is mounted twice in service \`${this.#name}\``, {
      path: below(pathOf("services", this.#name, mount.field), mount.index),
      span: mount.node.span,
      hint: `the other one is ${first.field}[${first.index}]`,
    });
  }
}

function amount(node: Node): number | string {
  if (node.kind !== "scalar") return "";
  if (typeof node.value === "number") return node.value;
  return readNumber(node.text, false) ?? parseSize(node.text) ?? node.text;
}
