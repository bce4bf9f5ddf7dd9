import type { TransposePlan } from "./transpose-options.ts";

/** The COPY that brings the emulator into a stage. */
export function emulatorCopy({ emulatorImage, contextPath, containerQemu }: TransposePlan): string {
  const from = emulatorImage === undefined ? "" : `--from=${emulatorImage} `;
  const source = emulatorImage === undefined ? contextPath : `/${contextPath}`;
  const paths = [source, containerQemu];
  return `COPY ${from}${paths.some((path) => path.includes(" ")) ? JSON.stringify(paths) : paths.join(" ")}`;
}

/** The flag of RUN that brings the emulator to it. */
export function emulatorMount({ emulatorImage, contextPath, containerQemu }: TransposePlan): string {
  const from = emulatorImage === undefined ? "" : `from=${emulatorImage},`;
  const value = `type=bind,${from}source=/${contextPath},target=${containerQemu}`;
  return value.includes(" ") ? `--mount="${value}"` : `--mount=${value}`;
}
