import { fieldOf, fieldsOf, type Mapping } from "../parse/node.ts";

/** The names that the services of a project may refer to. */
export interface KnownNames {
  readonly enabled: ReadonlySet<string>;
  /** Those of them that have a `build`. */
  readonly buildable: ReadonlySet<string>;
  /** Services that wait for a profile. */
  readonly disabled: ReadonlySet<string>;
  /** Undefined where something was wrong in the section, so that nobody can say what is missing in it. */
  readonly sections: Readonly<
    Record<"networks" | "volumes" | "secrets" | "configs" | "models", ReadonlySet<string> | undefined>
  >;
}

/** Reads them off the project: `root` is what is enabled, `disabled` the services that aren't. */
export function knownNames(root: Mapping, disabled: Mapping): KnownNames {
  const keys = (section: string): ReadonlySet<string> | undefined => {
    const node = fieldOf(root, section);
    return node?.kind === "mapping" && node.damaged ? undefined : new Set(fieldsOf(node).map(([key]) => key));
  };
  return {
    buildable: new Set(
      fieldsOf(fieldOf(root, "services")).flatMap(([key, { value }]) => (fieldOf(value, "build") ? key : [])),
    ),
    enabled: keys("services") ?? new Set(),
    disabled: new Set(disabled.entries.keys()),
    sections: {
      networks: keys("networks"),
      volumes: keys("volumes"),
      secrets: keys("secrets"),
      configs: keys("configs"),
      models: keys("models"),
    },
  };
}
