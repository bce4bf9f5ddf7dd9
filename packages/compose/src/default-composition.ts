/**
 * The composition of a project that has none: one service, `main`, as older frontends ran it.
 * @param image what to run; without it the project's own Dockerfile is built
 * @param dockerfile its path, if it isn't `Dockerfile`
 */
export function defaultComposition(image?: string, dockerfile?: string): object {
  const features = ["kernel-modules", "firmware", "dbus", "supervisor-api", "resin-api"];
  return {
    version: "2.1",
    networks: {},
    volumes: { "resin-data": {} },
    services: {
      main: {
        ...(image ? { image } : { build: { context: ".", ...(dockerfile ? { dockerfile } : {}) } }),
        privileged: true,
        tty: true,
        restart: "always",
        network_mode: "host",
        volumes: ["resin-data:/data"],
        labels: Object.fromEntries(features.map((feature) => [`io.balena.features.${feature}`, "1"])),
      },
    },
  };
}
