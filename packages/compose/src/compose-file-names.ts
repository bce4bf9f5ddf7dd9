/** The names of compose files, and of the files that go over them, in the order in which they are looked for. */
const mainNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const overrideNames = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/** Which of the names in a folder are its compose file and, after it, the one that goes over it. */
export function composeFileNames(names: readonly string[]): string[] {
  const main = mainNames.find((name) => names.includes(name));
  if (main === undefined) return [];
  const override = overrideNames.find((name) => names.includes(name));
  return override === undefined ? [main] : [main, override];
}
