import { ComposeError } from "./compose-error.ts";

/** A name that a project can have, from a folder's: lower case, what isn't allowed taken out. */
export function nameFromDirectory(directory: string): string {
  return directory
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
}

/** @throws ComposeError COMPOSE_BAD_NAME */
export function checkProjectName(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]*$/.test(name)) return name;
  throw new ComposeError("COMPOSE_BAD_NAME", `\`${name}\` can't be a project's name`, {
    hint: "it has lower-case letters, digits, - and _, and begins with a letter or digit; give one with `name:` or --project-name",
  });
}
