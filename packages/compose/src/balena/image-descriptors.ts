import type { Build } from "../model/build.ts";
import type { Project } from "../model/project.ts";
import { type Contract, serviceContract } from "./contract.ts";

/** Where the image of a service comes from. */
export interface ImageDescriptor {
  readonly serviceName: string;
  /** An image's name, or how to build it. */
  readonly image: string | Build;
  readonly contract?: Contract;
}

/** One descriptor a service, in the project's order. */
export function imageDescriptors(project: Project): ImageDescriptor[] {
  return Object.entries(project.services).map(([serviceName, { image, build, labels }]) => {
    const contract = serviceContract(serviceName, labels);
    return { serviceName, image: build ?? image ?? "", ...(contract ? { contract } : {}) };
  });
}
