/**
 * Wraps a command in a shell script that tells its process group and its exit code on stdout, each as a marked word:
 * `p <group>` first, `x <code>` last. The exec's stdin carries nothing: its closing, which is what a lost connection
 * does, ends the whole group.
 *
 * The script outlives a TERM to its group, so that the exec ends no sooner than the command. What is left of the group
 * is told to end with it.
 */
export function wrapCommand(cmd: readonly string[], marker: string): string[] {
  // No variables of our own: one of the same name in the container's environment would be exported changed.
  const script = [
    'echo "${1}p $$"',
    "trap : TERM",
    "exec 3<&0",
    // Where TERM ends `cat`, the command has ended before the connection, and there is nothing to do.
    `{ cat <&3 && { trap "" TERM; kill -s TERM 0; sleep 2; kill -s KILL 0; }; } >/dev/null 2>&1 &`,
    '(shift; exec "$@") </dev/null 3<&-',
    'set -- "$1" $?',
    'trap "" TERM',
    'echo "${1}x $2"',
    "kill -s TERM 0 2>/dev/null",
    "exit $2",
  ];
  return ["sh", "-c", script.join("\n"), "sh", marker, ...cmd];
}
