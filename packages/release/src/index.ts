export type { ApiClient } from "./api-client.ts";
export type { RequestOptions } from "./api.ts";
export type { Assignments } from "./assignments.ts";
export { type Access, addLabels, fail, finalize, tag, updateImage, updateRelease } from "./change.ts";
export {
  type ApiAccess,
  type Composition,
  create,
  type CreateRequest,
  type CreateRequest as Request,
  type CreateResponse,
  type CreateResponse as Response,
} from "./create.ts";
export { deploy, type DeployResult } from "./deploy.ts";
export type { DeployedImage } from "./deployed-image.ts";
export type { DeployEvent } from "./deploy-event.ts";
export type { DeployOptions } from "./deploy-options.ts";
export { apiClient, type ApiOptions } from "./fetch-client.ts";
export { fleetOf, listReleases, releaseOf, userOf } from "./look-up.ts";
export { pushProject, type PushEvent, type PushOptions, type PushResult } from "./push-project.ts";
export { ReleaseError, type ReleaseErrorCode } from "./release-error.ts";
export type {
  Application,
  Image,
  ImageChange,
  ImageStatus,
  Release,
  ReleaseChange,
  ReleaseStatus,
} from "./resources.ts";
export {
  BadRequestError,
  ConflictError,
  HttpResponseError,
  ObjectDoesNotExistError,
  ServerError,
  UnauthorisedError,
} from "./response-errors.ts";
export type { RetryOptions } from "./retry.ts";
