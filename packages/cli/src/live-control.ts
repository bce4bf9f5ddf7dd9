/** What a person may ask of a live session. */
export interface LiveControl {
  /** Builds every live service anew. */
  rebuild(): void;
  /** Restarts every live service's container. */
  restart(): void;
  /** Holds pushes back, or goes on with what was held back. */
  pause(paused: boolean): void;
}
