import type { DeployEvent } from "@slipway/release";
import type { CommandEvent } from "../build/command-event.ts";

/** What a deploy's event is to those who show builds. */
export function deployEvents(happened: DeployEvent, time: number): CommandEvent[] {
  switch (happened.type) {
    case "build":
      return [{ time, service: happened.service, event: happened.event }];
    case "engine-lost":
      return [{ time, event: happened }];
    case "push": {
      const { service, progress } = happened;
      const about = { type: "push", image: "to the registry" } as const;
      return [{ time, service, event: { ...about, state: "pushing", overall: progress.overall } }];
    }
    case "pushed": {
      const { service, digest } = happened;
      return [{ time, service, event: { type: "push", image: "to the registry", state: "pushed", digest } }];
    }
    default:
      return [];
  }
}
