import type { Bundle } from "@slipway/resolve";
import type { BuildTask } from "./build-task.ts";
import { parseMetadataText } from "./metadata-text.ts";
import { MultibuildError } from "./multibuild-error.ts";

/** What a service's image says that it is and needs. */
export type Contract = Readonly<Record<string, unknown>>;

/** The `type` of a service's contract. */
export const contractType = "sw.container";

const files = ["contract.yml", "contract.yaml"];

/**
 * A task's contract: of a file at its context's root, or that of its labels.
 *
 * @throws {MultibuildError} `MULTIBUILD_BAD_CONTRACT`, also where there are two
 */
export async function contractOf(task: BuildTask, bundle: Bundle): Promise<Contract | undefined> {
  const texts: [file: string, text: string][] = [];
  for (const file of files) {
    const text = await bundle.read(file);
    if (text !== undefined) texts.push([file, text]);
  }
  const [first, second] = texts;
  if (!first) return task.contract;
  const rival = second ? `\`${second[0]}\`` : task.contract ? "a contract by its labels" : undefined;
  if (rival !== undefined) {
    throw new MultibuildError(
      "MULTIBUILD_BAD_CONTRACT",
      `service ${task.serviceName} has \`${first[0]}\` and also ${rival}`,
      { hint: "keep one of the two" },
    );
  }
  return parseContract(first[1], task.context === undefined ? first[0] : `${task.context}/${first[0]}`);
}

/**
 * Reads a contract.
 *
 * @throws {MultibuildError} `MULTIBUILD_BAD_CONTRACT`, with all that it lacks
 */
export function parseContract(text: string, file: string): Contract {
  const value = parseMetadataText(text, file, "MULTIBUILD_BAD_CONTRACT");
  const bad = (what: string): MultibuildError["problems"][number] => ({
    code: "MULTIBUILD_BAD_CONTRACT",
    message: `${file}: ${what}`,
    hint: `a service's contract has \`name\`, \`slug\` and \`type: ${contractType}\``,
  });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    MultibuildError.throwAll([bad("a contract is a map, and this is none")]);
  }
  const contract = value as Contract;
  const missing = ["name", "type", "slug"].filter((field) => (contract[field] ?? undefined) === undefined);
  const { type = contractType } = contract;
  MultibuildError.throwAll([
    ...missing.map((field) => bad(`the contract has no \`${field}\``)),
    ...(type === null || type === contractType ? [] : [bad(`the contract's type is ${JSON.stringify(type)}`)]),
  ]);
  return contract;
}
