/**
 * Whose reading of a Dockerfile is wanted: current BuildKit's (measured on Docker 28), that of the BuildKit in Docker
 * 20.10, or the classic builder's. They agree but for what `dialectRules` lists.
 */
export type Dialect = "buildkit" | "buildkit-0.8" | "classic";

/** Where the dialects differ. Each was measured on the engine. */
export interface DialectRules {
  /** ENV is in force over ARG of the same name; elsewhere the later one is. */
  readonly envOverArg: boolean;
  /** A stage has the ARGs of the stage that it is based on. */
  readonly argsFlowOn: boolean;
  /** TARGETPLATFORM and the like can be declared. */
  readonly platformArgs: boolean;
  /** TARGETSTAGE can be declared too. */
  readonly targetStage: boolean;
  /** HTTP_PROXY and the like are set without being declared. */
  readonly proxyArgsDeclared: boolean;
  /** In one ARG a default sees the names before it. */
  readonly argSeesItsLine: boolean;
  /** The same above the first FROM. */
  readonly globalSeesItsLine: boolean;
  /** An ARG with no value above the first FROM takes the value away that the name had. */
  readonly bareGlobalUnsets: boolean;
  /** ENV may set a name that comes out empty. */
  readonly emptyEnvName: boolean;
  /** The name after ARG is expanded. */
  readonly argNameExpanded: boolean;
  /** Of `${V…}` only `:-`, `:+`, `:?` and `?`. */
  readonly colonOnly: boolean;
  /** A mistake in an ARG above the first FROM is an empty value. */
  readonly lenientGlobals: boolean;
  /** A JSON list may be followed by more, which is ignored. */
  readonly jsonTail: boolean;
  readonly heredocs: boolean;
  /** The options of `--mount` are taken as written. */
  readonly literalMounts: boolean;
  /** `FROM Name` finds the stage `name`. */
  readonly baseNameAnyCase: boolean;
  /** A registry's host may be told by a capital alone, or be an IPv6 address. */
  readonly hostsInCapitals: boolean;
  /** A stage's name must do as an image's, because a build context may be given by that name. */
  readonly nameIsImageName: boolean;
  /** `--chmod` must be a mode. */
  readonly checksMode: boolean;
  /** `--from=scratch` is an empty image. */
  readonly fromScratch: boolean;
  /** `RUN []` and a mount on `/` are mistakes. */
  readonly checksRun: boolean;
  /** COPY --from may name a later stage. The newest engines refuse it; that is left to the linter. */
  readonly laterStages: boolean;
  readonly uniqueStageNames: boolean;
  /** COPY of several sources needs a destination that ends with a slash. */
  readonly slashForMany: boolean;
  /** A stage from scratch has the working folder `/` in its image. */
  readonly scratchWorkdir: boolean;
  /** An empty command is `""` for the shell. */
  readonly emptyCommand: boolean;
  /** `WORKDIR ""` is no mistake. */
  readonly emptyWorkdir: boolean;
  /** A HEALTHCHECK has the durations and retries of the one before it, where it says nothing of them. */
  readonly healthcheckInherits: boolean;
  /** HEALTHCHECK takes `--retries=0` and durations of 0. */
  readonly zeroHealth: boolean;
  /** Steps of stages that the target doesn't need aren't looked at. */
  readonly skipsUnneeded: boolean;
  /** Flags that it doesn't know: `KEYWORD --flag`. */
  readonly unknownFlags: ReadonlySet<string>;
}

const current: DialectRules = {
  envOverArg: false,
  argsFlowOn: true,
  platformArgs: true,
  targetStage: true,
  proxyArgsDeclared: true,
  argSeesItsLine: true,
  globalSeesItsLine: true,
  bareGlobalUnsets: false,
  emptyEnvName: true,
  argNameExpanded: false,
  colonOnly: false,
  lenientGlobals: false,
  jsonTail: false,
  heredocs: true,
  literalMounts: false,
  baseNameAnyCase: false,
  hostsInCapitals: true,
  nameIsImageName: true,
  checksMode: true,
  fromScratch: true,
  checksRun: true,
  laterStages: true,
  uniqueStageNames: false,
  slashForMany: false,
  scratchWorkdir: true,
  emptyCommand: true,
  emptyWorkdir: true,
  healthcheckInherits: false,
  zeroHealth: true,
  skipsUnneeded: true,
  unknownFlags: new Set(),
};

const since08 = [
  "COPY --link",
  "COPY --parents",
  "COPY --exclude",
  "ADD --link",
  "ADD --exclude",
  "ADD --checksum",
  "ADD --keep-git-dir",
  "ADD --unpack",
  "RUN --network",
  "RUN --security",
  "RUN --device",
  "HEALTHCHECK --start-interval",
];

const buildkit08: DialectRules = {
  ...current,
  targetStage: false,
  hostsInCapitals: false,
  nameIsImageName: false,
  checksMode: false,
  argSeesItsLine: false,
  bareGlobalUnsets: true,
  argNameExpanded: true,
  colonOnly: true,
  lenientGlobals: true,
  jsonTail: true,
  heredocs: false,
  literalMounts: true,
  zeroHealth: false,
  unknownFlags: new Set(since08),
};

/** What each dialect does. */
export const dialectRules: Readonly<Record<Dialect, DialectRules>> = {
  buildkit: current,
  "buildkit-0.8": buildkit08,
  classic: {
    ...buildkit08,
    envOverArg: true,
    globalSeesItsLine: false,
    argsFlowOn: false,
    platformArgs: false,
    emptyEnvName: false,
    proxyArgsDeclared: false,
    lenientGlobals: false,
    baseNameAnyCase: true,
    fromScratch: false,
    checksRun: false,
    laterStages: false,
    uniqueStageNames: true,
    slashForMany: true,
    scratchWorkdir: false,
    emptyCommand: false,
    emptyWorkdir: false,
    healthcheckInherits: true,
    skipsUnneeded: false,
    unknownFlags: new Set([...since08, "RUN --mount", "COPY --chmod", "ADD --chmod"]),
  },
};
