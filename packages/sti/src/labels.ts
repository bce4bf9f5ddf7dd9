/** The labels by which builder images tell how they work, and built images where they come from. */
export const labelNames = {
  scriptsUrl: "io.openshift.s2i.scripts-url",
  /** What scripts-url was called at first. */
  oldScriptsUrl: "io.s2i.scripts-url",
  destination: "io.openshift.s2i.destination",
  assembleUser: "io.openshift.s2i.assemble-user",
  /** Folders that are kept from build to build, as a list with commas. */
  caches: "dev.slipway.sti.caches",
  /** Which generation of those folders an image was built with. */
  cacheGeneration: "dev.slipway.sti.cache-generation",
  /** What the classic builder leaves behind on its way has it. */
  run: "dev.slipway.sti.run",
  displayName: "io.k8s.display-name",
  builder: "io.openshift.s2i.build.image",
  source: "io.openshift.s2i.build.source-location",
  contextDir: "io.openshift.s2i.build.source-context-dir",
  ref: "io.openshift.s2i.build.commit.ref",
  commit: "io.openshift.s2i.build.commit.id",
  author: "io.openshift.s2i.build.commit.author",
  date: "io.openshift.s2i.build.commit.date",
  message: "io.openshift.s2i.build.commit.message",
  /** What else the image was asked to be, as JSON. */
  request: "dev.slipway.sti.request",
} as const;
