export { type BalenaOptions, toBalena } from "./balena/to-balena.ts";
export { type Contract, serviceContract } from "./balena/contract.ts";
export { type ImageDescriptor, imageDescriptors } from "./balena/image-descriptors.ts";
