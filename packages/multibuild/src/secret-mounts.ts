import { parse } from "@slipway/dockerfile";
import { isSlipwayError } from "@slipway/errors";
import type { BuildSecret } from "./build-metadata.ts";

/** The content of a secret, as `@slipway/build` takes it. */
export type SecretValues = Readonly<Record<string, { readonly value: Buffer }>>;

/**
 * A Dockerfile whose RUN steps find secrets at `/run/secrets/<dest>`: each is given BuildKit's secret mounts, so that no
 * secret comes into a layer, the history, the cache or a file of the host. They can be read by every user of a step.
 */
export function withSecretMounts(dockerfile: string, secrets: readonly BuildSecret[]): string {
  if (secrets.length === 0) return dockerfile;
  const mounts = secrets
    .map(({ dest }) => ` --mount=type=secret,id=${secretId(dest)},target=/run/secrets/${dest},mode=0444,required=true`)
    .join("");
  try {
    return parse(dockerfile)
      .items.map((item) =>
        item.kind === "instruction" && item.keyword === "RUN"
          ? item.source.replace(/^\s*\S+/, (keyword) => keyword + mounts)
          : item.source,
      )
      .join("");
  } catch (error) {
    // The build tells of a Dockerfile's mistakes, in its own words.
    if (isSlipwayError(error)) return dockerfile;
    throw error;
  }
}

/** The secrets as the build is given them. */
export function secretValues(secrets: readonly BuildSecret[]): SecretValues {
  return Object.fromEntries(secrets.map(({ dest, content }) => [secretId(dest), { value: content }]));
}

function secretId(dest: string): string {
  return `build-secrets/${dest}`;
}
