import type { Build, Service } from "@slipway/compose";
import type { Contract } from "./contract.ts";

/** One image that is wanted: a name to be pulled, or how it is built. */
export interface ImageDescriptor {
  readonly serviceName: string;
  readonly image:
    | string
    | (Partial<Build> & {
        /** The name that the image gets. */
        readonly tag?: string | undefined;
      });
  readonly contract?: Contract | undefined;
}

/** A descriptor in the words of a composition. */
export function descriptorService({
  serviceName,
  image,
}: ImageDescriptor): Pick<Service, "name" | "labels"> & Partial<Pick<Service, "image" | "build">> {
  if (typeof image === "string") return { name: serviceName, labels: {}, image };
  const { tag, context = ".", ...build } = image;
  return {
    name: serviceName,
    labels: {},
    build: { ...build, context },
    ...(tag === undefined ? {} : { image: tag }),
  };
}
