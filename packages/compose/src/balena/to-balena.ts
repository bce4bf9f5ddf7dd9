import type { Problem, SourceRange } from "@slipway/errors";
import { ComposeError, type ComposeErrorCode } from "../compose-error.ts";
import type { Build } from "../model/build.ts";
import type { Project } from "../model/project.ts";
import type { Service } from "../model/service.ts";
import { formatPath, pathOf } from "../parse/path.ts";
import { serviceContract } from "./contract.ts";
import { hostFeatures } from "./host-features.ts";
import { refusedBuildFields, refusedServiceFields } from "./refused-fields.ts";

/** What {@link toBalena} may know besides the project. */
export interface BalenaOptions {
  /** Where something was written, as `load` gives it: problems carry it. */
  readonly locate?: ((keys: readonly (string | number)[]) => SourceRange | undefined) | undefined;
}

/**
 * The project as a balena device runs it: mounts of well-known paths of the host become labels. The project given is
 * left as it is.
 * @throws ComposeError COMPOSE_UNSUPPORTED with everything that such a device doesn't do
 */
export function toBalena(project: Project, options: BalenaOptions = {}): Project {
  const target = new BalenaTarget(options);
  const result = target.project(project);
  ComposeError.throwAll(target.problems);
  return result;
}

type Keys = readonly (string | number)[];

class BalenaTarget {
  readonly problems: Problem<ComposeErrorCode>[] = [];
  readonly #options: BalenaOptions;

  constructor(options: BalenaOptions) {
    this.#options = options;
  }

  project(project: Project): Project {
    for (const section of ["secrets", "configs"] as const) {
      for (const key of Object.keys(project[section])) {
        this.#refuse([section, key], `${section} are not supported`, "put the value into a variable of the service");
      }
    }
    for (const [key, network] of Object.entries(project.networks)) {
      const place = ["networks", key];
      for (const field of ["attachable", "external", "enable_ipv6"] as const) {
        if (network[field]) this.#refuse([...place, field], `network \`${key}\` cannot be \`${field}\``);
      }
      this.#driver(place, network.driver, ["bridge", "default"]);
    }
    for (const [key, volume] of Object.entries(project.volumes)) {
      if (volume.external) this.#refuse(["volumes", key, "external"], `volume \`${key}\` cannot be external`);
      this.#driver(["volumes", key], volume.driver, ["local", "default"]);
    }
    const services = Object.entries(project.services).map(([key, service]) => [key, this.#service(key, service)]);
    return { ...project, services: Object.fromEntries(services) as Project["services"] };
  }

  #service(name: string, service: Service): Service {
    const place = ["services", name];
    this.#fields(place, service, refusedServiceFields);
    if (service.build) this.#build([...place, "build"], service.build);
    for (const field of ["network_mode", "pid"] as const) {
      if (service[field]?.startsWith("container:")) {
        this.#refuse([...place, field], "the namespace of a container outside of the project cannot be shared");
      }
    }
    if (service.ipc?.startsWith("service:")) {
      this.#refuse([...place, "ipc"], "the ipc namespace of another service cannot be shared");
    }
    for (const [index, source] of (service.volumes_from ?? []).entries()) {
      if (source.startsWith("container:")) {
        this.#refuse(
          [...place, "volumes_from", index],
          "the volumes of a container outside of the project cannot be had",
        );
      }
    }
    for (const [key, network] of Object.entries(service.networks)) {
      if (network?.link_local_ips)
        this.#refuse([...place, "networks", key, "link_local_ips"], "link-local addresses are not supported");
    }
    for (const [index, device] of (service.devices ?? []).entries()) {
      if (!device.source.startsWith("/"))
        this.#refuse([...place, "devices", index], "devices of CDI are not supported", "give the path of a device");
    }
    for (const [index, option] of (service.security_opt ?? []).entries()) {
      if (/^(?:no-new-privileges(?:[:=](?:true|false))?|(?:apparmor|seccomp)[:=]unconfined)$/.test(option)) continue;
      this.#refuse(
        [...place, "security_opt", index],
        `\`${option}\` is not supported`,
        "only no-new-privileges, apparmor=unconfined and seccomp=unconfined are",
      );
    }
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      if (condition === "service_started") continue;
      this.#refuse(
        [...place, "depends_on", other],
        `condition \`${condition}\` is not supported`,
        "only service_started is",
      );
    }
    serviceContract(name, service.labels, (label, message) =>
      this.#add("COMPOSE_BAD_VALUE", [...place, "labels", label], `label \`${label}\`: ${message}`),
    );
    return this.#mounts(place, service);
  }

  #mounts(place: Keys, service: Service): Service {
    const binds = service.volumes.filter(({ type }) => type === "bind");
    if (binds.length === 0) return service;
    const { labels, refused } = hostFeatures(binds.map(({ source }) => source ?? ""));
    for (const [index, { type, source = "" }] of service.volumes.entries()) {
      if (type !== "bind" || !refused.includes(source.replace(/(?<=.)\/+$/, ""))) continue;
      const hint = "mount a volume, or copy the files into the image";
      this.#refuse([...place, "volumes", index], `\`${source}\` of the host cannot be mounted`, hint);
    }
    return {
      ...service,
      volumes: service.volumes.filter(({ type }) => type !== "bind"),
      labels: { ...labels, ...service.labels },
    };
  }

  #build(place: Keys, build: Build): void {
    this.#fields(place, build, refusedBuildFields);
    if (!/^(?:[\w-]+:\/\/|github\.com\/|git@)/.test(build.context)) return;
    this.#refuse([...place, "context"], `\`${build.context}\` cannot be built from: it is not part of the project`);
  }

  #fields(place: Keys, holder: object, refused: readonly string[]): void {
    for (const field of refused) {
      if (Object.hasOwn(holder, field)) this.#refuse([...place, field], `\`${field}\` is not supported`);
    }
  }

  #driver(place: Keys, driver: string | undefined, known: readonly string[]): void {
    if (driver === undefined || known.includes(driver)) return;
    this.#refuse(
      [...place, "driver"],
      `driver \`${driver}\` is not supported`,
      `leave it out, or write \`${known[0]}\``,
    );
  }

  #refuse(keys: Keys, message: string, hint?: string): void {
    this.#add("COMPOSE_UNSUPPORTED", keys, `${formatPath(pathOf(...keys))}: ${message} on balena devices`, hint);
  }

  #add(code: ComposeErrorCode, keys: Keys, message: string, hint?: string): void {
    const range = this.#options.locate?.(keys);
    this.problems.push({
      code,
      message,
      path: formatPath(pathOf(...keys)),
      ...(range ? { range } : {}),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
