import type { Project } from "@slipway/compose";
import { architectureOf, defaultDeviceType, type LocalImage } from "@slipway/multibuild";
import { parseReference } from "@slipway/transport";
import type { OptionProblems } from "../option-problems.ts";
import type { BuiltImage } from "./built-image.ts";
import { fillTagPattern, isOnePerService } from "./tag-pattern.ts";

/** What names of images depend on beside the image itself. */
export interface NamingOptions {
  readonly project: Pick<Project, "name">;
  readonly tags: readonly string[];
  readonly architecture: string | undefined;
  readonly deviceType: string | undefined;
}

/** The names that `--tag` gives an image. Those that come from a registry have theirs. */
export function tagsOf({ image, architecture }: BuiltImage, options: NamingOptions): string[] {
  if (image.external) return [];
  const arch = options.architecture ?? architectureOf(architecture ?? "");
  const values = {
    service: image.serviceName,
    project: options.project.name,
    arch,
    "device-type": options.deviceType ?? defaultDeviceType(arch),
    id: shortId(image.imageId),
  };
  return [...new Set(options.tags.map((pattern) => fillTagPattern(pattern, values)))];
}

/** Adds to `problems` what would go wrong with `--tag` and `--push` once all is built. */
export function checkNames(
  project: Pick<Project, "name" | "services">,
  wanted: readonly string[],
  { tags, push }: { readonly tags: readonly string[]; readonly push: boolean },
  problems: OptionProblems,
): void {
  const built = wanted.filter((name) => project.services[name]?.build);
  for (const pattern of tags) {
    if (built.length > 1 && !isOnePerService(pattern)) {
      const hint = "have {service} in it";
      problems.add(`--tag ${pattern} gives ${built.length} services (${built.join(", ")}) the same name`, hint);
    }
    for (const service of built) {
      const values = { service, project: project.name, arch: "a", "device-type": "d", id: "0" };
      try {
        parseReference(fillTagPattern(pattern, values));
      } catch (error) {
        problems.add(`--tag ${pattern}, service ${service}: ${(error as Error).message}`);
      }
    }
  }
  if (!push || tags.length > 0) return;
  const unnamed = built.filter((service) => !project.services[service]?.image);
  if (unnamed.length === 0) return;
  problems.add(
    `--push: ${unnamed.join(", ")} ${unnamed.length === 1 ? "has" : "have"} no \`image\` that says where to push to`,
    "give each an `image` in the compose file, or a name with --tag registry.example.com/{project}/{service}",
  );
}

/** What is pushed of an image: the names of `--tag`, or else its own. */
export function pushNames({ image, tags }: BuiltImage): readonly string[] {
  if (image.external || !image.successful) return [];
  return tags.length > 0 ? tags : [image.name];
}

function shortId(imageId: LocalImage["imageId"]): string {
  return (imageId ?? "").replace(/^sha256:/, "").slice(0, 12);
}
