export { getArchive, putArchive } from "./archive.ts";
export { type BuildRequest, openBuildStream } from "./build-stream.ts";
export { connect } from "./connect.ts";
export {
  type ContainerShell,
  openShell,
  type ScriptOptions,
  type ShellOptions,
  type ShellResult,
} from "./container-shell.ts";
export { Demultiplexer, type OutputStream } from "./demultiplexer.ts";
export { describeEngine, type DescribeOptions, type EngineDescription } from "./describe-engine.ts";
export type { Dockerode, Engine } from "./engine.ts";
export { engineError } from "./engine-error.ts";
export { dockerFor } from "./docker-for.ts";
export type { ConnectOptions, EngineAddress, EngineLocation, TlsFiles, TlsMaterial } from "./engine-location.ts";
export { execute, type ExecuteOptions } from "./execute.ts";
export { hijack, type HijackRequest } from "./hijack.ts";
export { type ImageInspect, inspectImage } from "./images/inspect-image.ts";
export { loadImages } from "./images/load-images.ts";
export { pullImage, type PullOptions, type TransferOptions } from "./images/pull-image.ts";
export { pushImage } from "./images/push-image.ts";
export { removeImage, type RemoveImageOptions } from "./images/remove-image.ts";
export { saveImages } from "./images/save-images.ts";
export { tagImage } from "./images/tag-image.ts";
export type { OverallProgress, PullProgress } from "./images/transfer-progress.ts";
export { locateEngine } from "./locate-engine.ts";
export { readRecords } from "./read-records.ts";
export { parseReference, type Reference } from "./reference.ts";
export { type RegistryAuth, registryAuthFor } from "./registry-auth.ts";
export type { ExecOptions } from "./start-exec.ts";
export { toEngine } from "./to-engine.ts";
export { TransportError, type TransportErrorCode } from "./transport-error.ts";
export { agentSocket } from "./session/agent-socket.ts";
export type { CredentialsSource, SessionCredentials } from "./session/auth-service.ts";
export { type BuildSession, type BuildSessionOptions, openBuildSession } from "./session/build-session.ts";
export type { FilesRequest, FileSource, SourceFile } from "./session/file-source.ts";
export { keyAgent } from "./session/key-agent.ts";
export type { AgentSource } from "./session/ssh-service.ts";
