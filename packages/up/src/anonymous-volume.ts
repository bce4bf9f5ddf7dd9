/** Whether a volume's name is one that the engine made up: 64 hexadecimal digits. */
export function isAnonymous(volume: string): boolean {
  return /^[0-9a-f]{64}$/.test(volume);
}
