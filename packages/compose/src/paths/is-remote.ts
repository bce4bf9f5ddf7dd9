/** Whether an included or extended file is not of a file system. */
export function isRemote(name: string): boolean {
  return /^(?:https?:\/\/|git@|oci:\/\/|ssh:\/\/|git:\/\/)/.test(name);
}
