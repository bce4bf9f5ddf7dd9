/**
 * What runs a here-document that names its interpreter. BuildKit makes it a file, `/dev/pipes/NAME`; here a shell does, in
 * memory, where the image keeps nothing of it, and the interpreter that it names reads it.
 */
export function scriptArguments(name: string, content: string): string[] {
  return ["/bin/sh", "-c", scriptScript, name, content, ...interpreterOf(content)];
}

/** The file is below `/dev/pipes` for root, as BuildKit has it; others may write to `/dev/shm` only. */
export const scriptScript: string =
  'f=/dev/pipes; { mkdir -p $f && [ -w $f ]; } 2>/dev/null || f=/dev/shm; f=$f/$0; printf %s "$1" >"$f" && ' +
  'chmod 755 "$f" && shift && exec "$@" "$f"';

/** As the kernel reads it: the program, and all that follows as one argument. */
function interpreterOf(content: string): string[] {
  const end = content.indexOf("\n");
  const line = content.slice(2, end < 0 ? undefined : end).replace(/^[ \t]+|[ \t\r]+$/g, "");
  const space = /[ \t]+/.exec(line);
  if (!space) return [line];
  return [line.slice(0, space.index), line.slice(space.index + space[0].length)];
}
