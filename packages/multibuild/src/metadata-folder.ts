/** The folders at a project's root that say how it is built. A project has one of them at most. */
export const metadataFolders: readonly string[] = [".balena", ".resin"];

/** The one file of those folders that builds are given: the emulator that transposed Dockerfiles copy. */
export const emulatorName = "qemu-execve";

// All below one of the folders, or the folder itself, but for the emulator.
const metadata = new RegExp(`^\\.(?:balena|resin)(?:$|/(?!${emulatorName}$))`);

/** Whether a path, relative to the project's root, is metadata: no build is given it. */
export function isMetadata(path: string): boolean {
  return metadata.test(path);
}
