import { type Contract, contractType } from "./contract.ts";

const prefix = "io.balena.features.requires.";

type Requirement = Readonly<Record<string, unknown>>;

const requirements: Readonly<Record<string, (value: string) => Requirement>> = {
  "sw.supervisor": (version) => ({ type: "sw.supervisor", version }),
  "sw.l4t": (version) => ({ type: "sw.l4t", version }),
  "hw.device-type": (slug) => ({ type: "hw.device-type", slug }),
  "arch.sw": (slug) => ({ type: "arch.sw", slug }),
};
/** One of several of a kind is enough. */
const alternatives: Readonly<Record<string, (value: string) => Requirement>> = {
  "sw.balena-os": (version) => ({ type: "sw.os", slug: "balena-os", version }),
  "sw.linux": (version) => ({ type: "sw.kernel", slug: "linux", version }),
};

/** The contract that a service's labels make; undefined where they require nothing. */
export function labelContract(service: string, labels: Readonly<Record<string, string>>): Contract | undefined {
  const required = (table: typeof requirements): Requirement[] =>
    Object.entries(table).flatMap(([name, make]) => {
      const value = labels[prefix + name];
      return value === undefined ? [] : [make(value)];
    });
  const requires = [...required(requirements), ...required(alternatives).map((one) => ({ or: [one] }))];
  return requires.length === 0 ? undefined : { type: contractType, slug: `contract-for-${service}`, requires };
}
