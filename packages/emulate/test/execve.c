/*
 * A stand-in for an emulator that knows `-execve`, made of one that doesn't, for x86-64 Linux without binfmt_misc:
 *
 *   execve -execve PROGRAM [ARGUMENT...]
 *
 * The file is this program, then a static qemu-user binary, then its size (8 bytes) and the tag below. PROGRAM and all
 * that it starts run in that qemu: a tracer looks at each execve(), and where a foreign program is to be run, or a script
 * of one, it is made one of this file with `--inside` and what was to be run.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAG "EMULATOR"
#define MOST 8192

static char self[4096];

static void fail(const char *what) {
  fprintf(stderr, "execve stand-in: %s: %s\n", what, strerror(errno));
  _exit(126);
}

/* Becomes the qemu that stands behind this program in its file. */
static void inside(char **arguments) {
  struct { uint64_t size; char tag[8]; } end;
  int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  off_t length = file < 0 ? -1 : lseek(file, 0, SEEK_END);
  if (length < 16 || pread(file, &end, 16, length - 16) != 16 || memcmp(end.tag, TAG, 8)) fail("no emulator inside");
  int memory = memfd_create("qemu", MFD_CLOEXEC);
  off_t at = length - 16 - (off_t)end.size;
  static char buffer[1 << 16];
  for (uint64_t left = end.size; left > 0;) {
    ssize_t got = pread(file, buffer, left < sizeof buffer ? left : sizeof buffer, at);
    if (got <= 0 || write(memory, buffer, got) != got) fail("copying the emulator");
    at += got;
    left -= got;
  }
  arguments[1] = arguments[0];
  execveat(memory, "", arguments + 1, environ, AT_EMPTY_PATH);
  fail("starting the emulator");
}

/* Containers may not use process_vm_readv. */
static int memory_of(pid_t process) {
  char name[64];
  snprintf(name, sizeof name, "/proc/%d/mem", process);
  return open(name, O_RDWR | O_CLOEXEC);
}

static int peek(pid_t process, uint64_t address, void *into, size_t size) {
  int memory = memory_of(process);
  ssize_t got = memory < 0 ? -1 : pread(memory, into, size, address);
  close(memory);
  return got == (ssize_t)size;
}

/* A text of another process. It may end right before memory that isn't there: read page by page. */
static char *peek_text(pid_t process, uint64_t address) {
  size_t length = 0;
  char *text = NULL;
  for (;;) {
    size_t part = 4096 - ((address + length) & 4095);
    text = realloc(text, length + part + 1);
    if (!peek(process, address + length, text + length, part)) return free(text), NULL;
    char *end = memchr(text + length, 0, part);
    if (end) return text;
    length += part;
  }
}

/* The first bytes of a file as a process sees it, with a zero behind them. */
static ssize_t start_of(pid_t process, const char *path, unsigned char *into, size_t size) {
  char name[8192];
  if (!strcmp(path, "/proc/self/exe")) snprintf(name, sizeof name, "/proc/%d/exe", process);
  else snprintf(name, sizeof name, "/proc/%d/%s/%s", process, path[0] == '/' ? "root" : "cwd", path);
  int file = open(name, O_RDONLY | O_CLOEXEC);
  /* An absolute link leads through the tracer's own root, which is the same. */
  if (file < 0) file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t got = read(file, into, size - 1);
  close(file);
  if (got >= 0) into[got] = 0;
  return got;
}

static int is_foreign(const unsigned char *start, ssize_t length) {
  if (length < 20 || memcmp(start, ELFMAG, SELFMAG)) return 0;
  int machine = start[EI_DATA] == ELFDATA2MSB ? start[18] << 8 | start[19] : start[19] << 8 | start[18];
  return machine != EM_X86_64 && machine != EM_386;
}

static char *word(char **rest) {
  char *start = *rest + strspn(*rest, " \t");
  char *end = start + strcspn(start, " \t");
  *rest = *end ? end + 1 : end;
  *end = 0;
  return start;
}

static void on_execve(pid_t process) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, process, 0, &registers) || registers.orig_rax != SYS_execve) return;
  char *program = peek_text(process, registers.rdi);
  if (!program) return;
  char *arguments[MOST + 8];
  int given = 0;
  for (uint64_t at = registers.rsi, text; given < MOST; given++, at += 8) {
    if (!peek(process, at, &text, 8) || !text) break;
    if (!(arguments[given] = peek_text(process, text))) return;
  }
  unsigned char start[512];
  char line[512], *interpreter = NULL, *option = NULL, *file = program;
  ssize_t length = start_of(process, program, start, sizeof start);
  if (length > 2 && start[0] == '#' && start[1] == '!') {
    strcpy(line, (char *)start + 2);
    line[strcspn(line, "\r\n")] = 0;
    char *rest = line;
    file = interpreter = word(&rest);
    rest += strspn(rest, " \t");
    if (*rest) option = rest;
    length = start_of(process, file, start, sizeof start);
  }
  if (!is_foreign(start, length)) return;
  const char *named = interpreter ? interpreter : given ? arguments[0] : program;
  const char *lists[MOST + 16] = {self, "--inside", "-0", named, file};
  int count = 5;
  if (option) lists[count++] = option;
  if (interpreter) lists[count++] = program;
  for (int i = 1; i < given; i++) lists[count++] = arguments[i];
  /* Texts and their table go below the part of the stack that is in use. */
  size_t texts = 0;
  for (int i = 0; i < count; i++) texts += strlen(lists[i]) + 1;
  texts = (texts + 7) & ~7ul;
  size_t size = texts + 8 * (count + 1);
  uint64_t base = (registers.rsp - 256 - size) & ~15ul;
  char *block = calloc(1, size);
  uint64_t *table = (uint64_t *)(block + texts);
  size_t at = 0;
  for (int i = 0; i < count; i++) {
    strcpy(block + at, lists[i]);
    table[i] = base + at;
    at += strlen(lists[i]) + 1;
  }
  int memory = memory_of(process);
  if (memory >= 0 && pwrite(memory, block, size, base) == (ssize_t)size) {
    registers.rdi = base;
    registers.rsi = base + texts;
    ptrace(PTRACE_SETREGS, process, 0, &registers);
  }
  close(memory);
  free(block);
}

static void child(char **arguments, int count) {
  char **list = calloc(count + 6, sizeof *list);
  int n = 0;
  list[n++] = self;
  list[n++] = "--inside";
  list[n++] = "-0";
  list[n++] = arguments[0];
  for (int i = 0; i < count; i++) list[n++] = arguments[i];
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || ptrace(PTRACE_TRACEME, 0, 0, 0)) fail("ptrace");
  raise(SIGSTOP);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) fail("seccomp");
  execv(self, list);
  fail("starting itself");
}

int main(int count, char **arguments) {
  if (count > 2 && !strcmp(arguments[1], "--inside")) inside(arguments);
  if (count < 3 || strcmp(arguments[1], "-execve")) {
    fprintf(stderr, "usage: %s -execve PROGRAM [ARGUMENT...]\n", arguments[0]);
    return 2;
  }
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) fail("readlink");
  pid_t first = fork();
  if (first == 0) child(arguments + 2, count - 2);
  int status;
  if (first < 0 || waitpid(first, &status, 0) < 0) fail("fork");
  long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  if (ptrace(PTRACE_SETOPTIONS, first, 0, options | PTRACE_O_EXITKILL)) fail("ptrace options");
  ptrace(PTRACE_CONT, first, 0, 0);
  for (;;) {
    pid_t process = waitpid(-1, &status, __WALL);
    if (process < 0 && errno != EINTR) return 126;
    if (process < 0) continue;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (process == first) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP) on_execve(process);
    /* Stops of the tracing itself are no signals of the program's. */
    if (event || signal == SIGTRAP || signal == SIGSTOP) signal = 0;
    ptrace(PTRACE_CONT, process, 0, signal);
  }
}
