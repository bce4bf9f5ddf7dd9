/* An "emulator" of the machine's own programs: `pass-through -execve PROGRAM [ARGUMENT...]` runs PROGRAM. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments) {
  if (count < 3 || strcmp(arguments[1], "-execve")) return 2;
  execv(arguments[2], arguments + 2);
  perror(arguments[2]);
  return 127;
}
