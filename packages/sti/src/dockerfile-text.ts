import type { BuildStep } from "./build-step.ts";
import { labelNames } from "./labels.ts";
import { quote } from "./quote.ts";

/** A generated Dockerfile, with what its build has to be given. */
export interface GeneratedDockerfile {
  readonly text: string;
  /** Values that no Dockerfile can hold, those with line ends. */
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** What of a Dockerfile the engine and the request decide. */
export interface DockerfileChoices {
  /** The name of the image that it starts from. */
  readonly from: string;
  readonly buildkit: boolean;
  /** Secrets by id, for prepare. */
  readonly secrets: readonly string[];
  /** Whether to write labels too; otherwise they are given to the build. */
  readonly withLabels: boolean;
  /** The image that has the artifacts; else they are in the build context. */
  readonly artifactsFrom?: string | undefined;
  /** Marks the images in between, which the classic builder makes, but not the last. */
  readonly mark?: string | undefined;
}

/** Where the parts of a build lie in its context. */
export const uploads = {
  source: "upload/src",
  scripts: "upload/scripts",
  artifacts: "upload/artifacts",
  build: "upload/build",
} as const;

/** The Dockerfile by which a step is done. */
export function dockerfileText(step: BuildStep, choices: DockerfileChoices): GeneratedDockerfile {
  const { destination, ids, user, finalUser, image } = step;
  const chown = `--chown=${ids.uid}:${ids.gid}`;
  const { lines: environment, buildArgs } = environmentLines(step.environment);
  const labels = choices.withLabels ? Object.entries(step.labels) : [];
  const from = step.sourceImage ? `--from=${step.sourceImage.name} ` : "";
  const source = step.sourceImage?.path ?? uploads.source;
  const imageUser = image.Config.User ?? "";
  const text = [
    `FROM ${choices.from}`,
    ...(choices.mark === undefined ? [] : [`LABEL ${labelNames.run}=${quote(choices.mark)}`]),
    ...labels.map(([name, value]) => `LABEL ${quote(name)}=${quote(value.replaceAll(/\s*\n\s*/g, " "))}`),
    ...environment,
    `COPY ${from}${chown} ${jsonList([source, `${destination}/src`])}`,
    ...(step.uploads.size > 0 ? [copy(chown, uploads.scripts, `${destination}/scripts`)] : []),
    ...(step.buildFolder ? [copy(chown, uploads.build, `${destination}/build`)] : []),
    ...(step.artifacts && !choices.buildkit ? [copy(chown, uploads.artifacts, `${destination}/artifacts`)] : []),
    ...(user === imageUser ? [] : [`USER ${user || "0"}`]),
    `RUN ${[...mounts(step, choices), jsonList([step.prepare])].join(" ")}`,
    ...(finalUser === user ? [] : [`USER ${finalUser || "0"}`]),
    ...(step.run === undefined ? [] : [`CMD ${jsonList([step.run])}`]),
    ...(choices.mark === undefined ? [] : [`LABEL ${labelNames.run}=""`]),
  ];
  return { text: `${text.join("\n")}\n`, buildArgs };
}

function copy(chown: string, from: string, to: string): string {
  return `COPY ${chown} ${jsonList([from, to])}`;
}

function jsonList(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}

/** Line ends cannot be written in a Dockerfile, so such values come as build arguments. */
function environmentLines(environment: Readonly<Record<string, string>>): {
  readonly lines: string[];
  readonly buildArgs: Record<string, string>;
} {
  const buildArgs: Record<string, string> = {};
  const lines = Object.entries(environment).flatMap(([name, value]) => {
    if (!/[\r\n]/.test(value)) return [`ENV ${name}=${quote(value)}`];
    const argument = unusedName(environment, Object.keys(buildArgs).length);
    buildArgs[argument] = value;
    return [`ARG ${argument}`, `ENV ${name}="\${${argument}}"`];
  });
  return { lines, buildArgs };
}

function unusedName(environment: Readonly<Record<string, string>>, at: number): string {
  let name = `STI_VALUE_${at}`;
  while (name in environment) name += "_";
  return name;
}

function mounts(step: BuildStep, { buildkit, secrets, artifactsFrom }: DockerfileChoices): string[] {
  const { uid, gid } = step.ids;
  const owner = `uid=${uid},gid=${gid}`;
  const source = artifactsFrom
    ? `from=${artifactsFrom},source=${step.artifacts?.destination}/artifacts`
    : `source=${uploads.artifacts}`;
  return [
    ...(step.artifacts && buildkit ? [`--mount=type=bind,${source},target=${step.destination}/artifacts,rw`] : []),
    ...step.caches.map(({ path, id }) => `--mount=type=cache,id=${id},target=${path},sharing=locked,${owner}`),
    ...secrets.map((id) => `--mount=type=secret,id=${id},target=/run/secrets/${id},required=true,mode=0400,${owner}`),
  ];
}
