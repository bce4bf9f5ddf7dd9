import { fieldsOf, itemsOf, type Node, stringOf } from "../parse/node.ts";
import { plainValue } from "../parse/plain-value.ts";
import { writeYaml } from "../write-yaml.ts";

/** A file of the first format as it would be written today. */
export function upgradedFile(root: Node): string {
  const services: Record<string, Record<string, unknown>> = {};
  const volumes: Record<string, null> = {};
  for (const [name, { value }] of fieldsOf(root)) {
    services[name] = upgradedService(value);
    for (const mount of itemsOf(fieldsOf(value).find(([key]) => key === "volumes")?.[1].value)) {
      const source = /^([a-zA-Z0-9][\w.-]+):/.exec(stringOf(mount) ?? "")?.[1];
      if (source !== undefined) volumes[source] = null;
    }
  }
  return writeYaml({ services, ...(Object.keys(volumes).length > 0 ? { volumes } : {}) });
}

function upgradedService(service: Node): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, { value }] of fieldsOf(service)) {
    const plain = plainValue(value);
    if (key === "dockerfile") continue;
    if (key === "build") {
      const dockerfile = fieldsOf(service).find(([field]) => field === "dockerfile")?.[1].value;
      result["build"] = dockerfile ? { context: plain, dockerfile: plainValue(dockerfile) } : plain;
    } else if (key === "log_driver" || key === "log_opt") {
      const part = key === "log_driver" ? { driver: plain } : { options: plain };
      result["logging"] = { ...(result["logging"] as object | undefined), ...part };
    } else if (key === "net") {
      result["network_mode"] = String(plain).startsWith("container:")
        ? String(plain).replace("container:", "service:")
        : plain;
    } else result[key] = plain;
  }
  return result;
}
