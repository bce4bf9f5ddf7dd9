import type { ProblemList } from "../problem-list.ts";
import { type Scalar, scalarNode, stringNode } from "./node.ts";
import type { Path } from "./path.ts";
import { resolveNumber, resolvePlain } from "./resolve-scalar.ts";
import type { Span } from "./source-text.ts";

/** A scalar with one of YAML's own tags, such as `!!str`. */
export function resolveTagged(
  text: string,
  tag: string,
  span: Span,
  path: Path | undefined,
  problems: ProblemList,
): Scalar {
  const asText = stringNode(text, span);
  if (!tag.startsWith("!!") || tag === "!!str") return asText;
  const content = resolvePlain(text);
  switch (tag) {
    case "!!null":
      if (content.value === null) return scalarNode(content, span);
      break;
    case "!!bool":
      if (typeof content.value === "boolean") return scalarNode(content, span);
      break;
    case "!!int":
    case "!!float": {
      const number = resolveNumber(text);
      if (number && (tag === "!!float" || !number.float)) return scalarNode(number, span);
      break;
    }
    case "!!binary": {
      const decoded = decodeBase64(text);
      if (decoded !== undefined) return stringNode(decoded, span);
      break;
    }
    default:
      problems.error("COMPOSE_SYNTAX", `tag \`${tag}\` means nothing in a compose file`, {
        span,
        path,
        hint: "compose knows `!reset` and `!override`",
      });
      return asText;
  }
  problems.error("COMPOSE_SYNTAX", `\`${text}\` is not what its tag \`${tag}\` says`, { span, path });
  return asText;
}

function decodeBase64(text: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
