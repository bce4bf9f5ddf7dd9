import type { Service } from "@slipway/compose";
import type { Dockerode } from "@slipway/transport";
import type { ValueReader } from "./value-reader.ts";

/** The limits of a service (memory, processor, processes, ulimits) as the engine wants them. */
export function resourceLimits(service: Service, values: ValueReader): Dockerode.HostConfig {
  const cpus = values.number("cpus", service.cpus);
  return {
    Memory: values.bytes("mem_limit", service.mem_limit),
    MemoryReservation: values.bytes("mem_reservation", service.mem_reservation),
    MemorySwap: values.bytes("memswap_limit", service.memswap_limit),
    MemorySwappiness: values.number("mem_swappiness", service.mem_swappiness),
    ShmSize: values.bytes("shm_size", service.shm_size),
    NanoCpus: cpus === undefined ? undefined : Math.round(cpus * 1e9),
    CpuShares: values.number("cpu_shares", service.cpu_shares),
    CpuPeriod: values.number("cpu_period", service.cpu_period),
    CpuQuota: values.number("cpu_quota", service.cpu_quota),
    CpusetCpus: service.cpuset,
    PidsLimit: values.number("pids_limit", service.pids_limit),
    OomKillDisable: service.oom_kill_disable,
    OomScoreAdj: values.number("oom_score_adj", service.oom_score_adj),
    CgroupParent: service.cgroup_parent,
    Ulimits: service.ulimits && Object.entries(service.ulimits).map(([Name, limit]) => ulimit(Name, limit)),
  };
}

type Ulimit = NonNullable<Service["ulimits"]>[string];

function ulimit(Name: string, limit: Ulimit): Dockerode.Ulimit {
  return typeof limit === "number" ? { Name, Soft: limit, Hard: limit } : { Name, Soft: limit.soft, Hard: limit.hard };
}
