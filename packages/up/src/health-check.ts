import type { Service } from "@slipway/compose";
import type { Dockerode } from "@slipway/transport";
import type { ValueReader } from "./value-reader.ts";

/** The `healthcheck` of a service as the engine wants it; undefined leaves the image's own in force. */
export function healthCheck(service: Service, values: ValueReader): Dockerode.HealthConfig | undefined {
  const check = service.healthcheck;
  if (!check) return undefined;
  if (check.disable === true) return { Test: ["NONE"] };
  const time = (field: "interval" | "timeout" | "start_period" | "start_interval"): number | undefined =>
    values.nanoseconds(`healthcheck.${field}`, check[field]);
  return {
    Test: typeof check.test === "string" ? ["CMD-SHELL", check.test] : check.test,
    Interval: time("interval"),
    Timeout: time("timeout"),
    StartPeriod: time("start_period"),
    StartInterval: time("start_interval"),
    Retries: values.number("healthcheck.retries", check.retries),
  };
}
