import { fieldOf, itemsOf, type Mapping, stringField, stringOf } from "../parse/node.ts";
import type { Span } from "../parse/source-text.ts";

/** A service that another one cannot start before. */
export interface ImpliedDependency {
  readonly name: string;
  /** Whether the one is restarted with the other. */
  readonly restart: boolean;
  readonly span: Span | undefined;
}

const namespaces = ["network_mode", "ipc", "pid", "uts", "cgroup"];

/** The services that a service needs for its links, the namespaces that it shares and the volumes that it takes over. */
export function impliedDependencies(service: Mapping): ImpliedDependency[] {
  const result: ImpliedDependency[] = [];
  for (const link of itemsOf(fieldOf(service, "links"))) {
    result.push({ name: stringOf(link)?.split(":")[0] ?? "", restart: true, span: link.span });
  }
  for (const namespace of namespaces) {
    const shared = /^service:(.*)$/s.exec(stringField(service, namespace) ?? "")?.[1];
    if (shared !== undefined) result.push({ name: shared, restart: true, span: fieldOf(service, namespace)?.span });
  }
  for (const source of itemsOf(fieldOf(service, "volumes_from"))) {
    const text = stringOf(source) ?? "";
    if (!text.startsWith("container:")) {
      result.push({ name: text.split(":")[0] ?? "", restart: false, span: source.span });
    }
  }
  return result;
}
