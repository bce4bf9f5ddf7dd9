/** Paths of the host that a service may ask for, with the label that gives them. */
const features: Readonly<Record<string, string>> = {
  "/var/run/docker.sock": "balena-socket",
  "/run/docker.sock": "balena-socket",
  "/var/run/balena.sock": "balena-socket",
  "/run/balena.sock": "balena-socket",
  "/var/run/balena-engine.sock": "balena-socket",
  "/run/balena-engine.sock": "balena-socket",
  "/run/dbus": "dbus",
  "/sys": "sysfs",
  "/proc": "procfs",
  "/lib/modules": "kernel-modules",
  "/lib/firmware": "firmware",
};

/** Only all three together are the host's journal. */
const journal: readonly string[] = ["/run/log/journal", "/var/log/journal", "/etc/machine-id"];

/** What the bind mounts of a service come to. */
export interface HostFeatures {
  /** Labels such as `io.balena.features.dbus`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Sources that are none of the paths that can be had. */
  readonly refused: readonly string[];
}

/** The labels that stand for bind mounts of these paths of the host. */
export function hostFeatures(sources: readonly string[]): HostFeatures {
  const clean = sources.map((source) => source.replace(/(?<=.)\/+$/, ""));
  const wholeJournal = journal.every((path) => clean.includes(path));
  const labels: Record<string, string> = {};
  const refused: string[] = [];
  for (const source of clean) {
    const feature = features[source] ?? (wholeJournal && journal.includes(source) ? "journal-logs" : undefined);
    if (feature === undefined) refused.push(source);
    else labels[`io.balena.features.${feature}`] = "1";
  }
  return { labels, refused };
}
