/**
 * The composition of a project that has none: one privileged service `main` on the host's network, with a volume for
 * its data. It runs `image`, or what `dockerfile` (else `Dockerfile`) builds.
 */
export function defaultComposition(image?: string, dockerfile?: string): object {
  return {
    version: "2.1",
    networks: {},
    volumes: { "resin-data": {} },
    services: {
      main: {
        ...(image === undefined
          ? { build: { context: ".", ...(dockerfile === undefined ? {} : { dockerfile }) } }
          : { image }),
        privileged: true,
        tty: true,
        restart: "always",
        network_mode: "host",
        volumes: ["resin-data:/data"],
        labels: {
          "io.balena.features.kernel-modules": "1",
          "io.balena.features.firmware": "1",
          "io.balena.features.dbus": "1",
          "io.balena.features.supervisor-api": "1",
          "io.balena.features.resin-api": "1",
        },
      },
    },
  };
}
