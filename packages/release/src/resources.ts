// What the API keeps, as far as releases need it (version 7). A field `a__b` is a reference: an object with `__id` where it
// is read, a number where it is written.

/** A reference that is read. */
export interface Reference {
  readonly __id: number;
}

export type ReleaseStatus = "running" | "success" | "failed" | "cancelled" | "error" | "interrupted" | "local";

/** `release`, as it is read. */
export interface Release {
  readonly id: number;
  readonly commit: string;
  readonly status: ReleaseStatus;
  readonly semver?: string;
  /** The version, whose build part tells drafts apart (`1.2.3-1700000000000`) and finals of one version (`1.2.3+rev2`). */
  readonly raw_version?: string;
  readonly revision?: number | null;
  readonly is_final?: boolean;
  readonly composition?: unknown;
  readonly contract?: unknown;
  readonly note?: string | null;
  readonly source?: string;
  readonly created_at?: string;
  readonly start_timestamp?: string;
  readonly end_timestamp?: string | null;
  readonly is_created_by__user?: Reference | null;
  readonly belongs_to__application?: Reference;
}

/** What of a `release` may be changed. */
export interface ReleaseChange {
  readonly status?: ReleaseStatus | undefined;
  readonly end_timestamp?: Date | string | undefined;
  readonly is_final?: boolean | undefined;
  readonly semver?: string | undefined;
  readonly note?: string | null | undefined;
  readonly is_invalidated?: boolean | undefined;
  readonly composition?: unknown;
  readonly contract?: unknown;
}

export type ImageStatus = "running" | "success" | "failed" | "cancelled";

/** `image`, as it is read: what a service of a release runs. */
export interface Image {
  readonly id: number;
  readonly status: ImageStatus;
  /** The repository that the API made for it: `registry.example.com/v2/0123…`. */
  readonly is_stored_at__image_location: string;
  readonly is_a_build_of__service?: Reference;
  readonly content_hash?: string | null;
  /** In bytes; the API gives large numbers as text. */
  readonly image_size?: string | number | null;
  readonly start_timestamp?: string;
  readonly end_timestamp?: string | null;
  readonly push_timestamp?: string | null;
}

/** What of an `image` may be changed. */
export interface ImageChange {
  readonly status?: ImageStatus | undefined;
  /** The manifest's digest: `sha256:…`. */
  readonly content_hash?: string | undefined;
  /** In bytes. */
  readonly image_size?: number | undefined;
  /** One of a fixed list: `Standard Dockerfile`, `Dockerfile.template`, … */
  readonly project_type?: string | undefined;
  readonly build_log?: string | undefined;
  readonly dockerfile?: string | undefined;
  readonly error_message?: string | undefined;
  /** The API refuses a `success` without it. */
  readonly push_timestamp?: Date | string | undefined;
  readonly start_timestamp?: Date | string | undefined;
  readonly end_timestamp?: Date | string | undefined;
}

/** `service`, as it is read. */
export interface Service {
  readonly id: number;
  readonly service_name: string;
}

/** `application`, as it is read: a fleet. */
export interface Application {
  readonly id: number;
  readonly slug?: string;
  readonly app_name?: string;
}

/** `image__is_part_of__release`, as it is read: the image as the release has it; labels and variables hang on it. */
export interface ReleaseImage {
  readonly id: number;
}
