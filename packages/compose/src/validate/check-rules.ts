import { isIpAddress } from "../canonical/ip-address.ts";
import type { Transform, TransformContext } from "../canonical/transform-context.ts";
import { assignmentPairs } from "../decode/assignment-pairs.ts";
import { fieldOf, isNull, type Node, stringField } from "../parse/node.ts";
import { below, formatPath } from "../parse/path.ts";
import { readBoolean } from "../schema/read-boolean.ts";
import { splitCommand } from "../schema/split-command.ts";

/** A check: it tells what is wrong and leaves the node as it is. */
function check(tell: (node: Node, context: TransformContext) => void): Transform {
  return (node, context) => {
    tell(node, context);
    return node;
  };
}

function isExternal(node: Node): boolean {
  const external = fieldOf(node, "external");
  return external?.kind === "scalar" && readBoolean(external.text) === true;
}

function present(node: Node, fields: readonly string[]): string[] {
  return fields.filter((field) => {
    const value = fieldOf(node, field);
    return value !== undefined && !isNull(value);
  });
}

/** A resource that somebody else makes has no say in how it is made. */
const externalOnly = (fields: readonly string[], severity: "error" | "warn"): Transform =>
  check((node, { path, problems }) => {
    if (!isExternal(node)) return;
    for (const field of present(node, fields)) {
      problems[severity]("COMPOSE_CONFLICT", `\`${formatPath(path)}\` is external and cannot have \`${field}\``, {
        path: path && below(path, field),
        span: fieldOf(node, field)?.span,
        hint: "leave one of the two out",
      });
    }
  });

/** A secret or config has one origin. */
const oneOrigin = (origins: readonly string[]): Transform =>
  check((node, { path, problems }) => {
    if (node.kind !== "mapping" || node.damaged || isExternal(node)) return;
    const given = present(node, origins).filter((one) => one !== "environment" || stringField(node, one) !== "");
    const place = { path, span: node.span };
    const choices = origins.map((origin) => `\`${origin}\``).join(", ");
    if (given.length > 1) {
      const message = `\`${formatPath(path)}\` has ${given.map((one) => `\`${one}\``).join(" and ")}`;
      problems.error("COMPOSE_CONFLICT", message, { ...place, hint: `keep one of ${choices}` });
    }
    if (given.length === 0) {
      const message = `\`${formatPath(path)}\` doesn't say where it comes from`;
      problems.error("COMPOSE_MISSING_FIELD", message, {
        ...place,
        hint: `give it one of ${choices}, or external: true`,
      });
    }
  });

/** What the reference implementation cuts off a command line in silence. */
const wholeCommand: Transform = check((node, { path, problems }) => {
  if (node.kind !== "scalar" || typeof node.value !== "string") return;
  const dropped = splitCommand(node.value)?.dropped;
  if (dropped === undefined) return;
  problems.warn(
    "COMPOSE_BAD_VALUE",
    `\`${dropped}\` is not part of the command: there is no shell that would read it`,
    {
      path,
      span: node.span,
      hint: 'write ["sh", "-c", "..."], or put it in quotes',
    },
  );
});

/** Nobody means a variable whose name ends in a blank: ` A = b` is no assignment of a shell. */
const variableNames: Transform = check((node, { path, problems }) => {
  for (const { key, span } of assignmentPairs(node)) {
    if (key === key.trimEnd()) continue;
    const hint = "write NAME=value without blanks around the equals sign";
    problems.error("COMPOSE_BAD_VALUE", `the variable's name \`${key}\` ends in a blank`, { path, span, hint });
  }
});

const deviceRequest: Transform = check((node, { path, problems }) => {
  if (present(node, ["count", "device_ids"]).length < 2) return;
  problems.error("COMPOSE_CONFLICT", `\`${formatPath(path)}\` has both \`count\` and \`device_ids\``, {
    path,
    span: node.span,
    hint: "leave one of the two out",
  });
});

const hostAddress: Transform = check((node, { path, problems }) => {
  const address = stringField(node, "host_ip");
  if (address === undefined || isIpAddress(address)) return;
  problems.error("COMPOSE_BAD_VALUE", `\`${address}\` is not an IP address`, {
    path: path && below(path, "host_ip"),
    span: fieldOf(node, "host_ip")?.span,
  });
});

const watchedPath: Transform = check((node, { path, problems }) => {
  if (node.kind !== "scalar" || node.text !== "") return;
  problems.error("COMPOSE_BAD_VALUE", `\`${formatPath(path)}\` is empty`, { path, span: node.span });
});

/** What fields say about each other, once they are in their long form. */
export const checkRules: Readonly<Record<string, Transform>> = {
  "volumes.*": externalOnly(["driver", "driver_opts", "labels"], "error"),
  // The reference implementation lets these pass without effect.
  "networks.*": externalOnly(["driver", "driver_opts", "ipam", "internal", "attachable", "labels"], "warn"),
  "secrets.*": oneOrigin(["file", "environment"]),
  "configs.*": oneOrigin(["file", "environment", "content"]),
  "services.*.command": wholeCommand,
  "services.*.entrypoint": wholeCommand,
  "services.*.environment": variableNames,
  "services.*.ports.*": hostAddress,
  "services.*.gpus.*": deviceRequest,
  "services.*.deploy.resources.reservations.devices.*": deviceRequest,
  "services.*.develop.watch.*.path": watchedPath,
};
