/* Runs a program and kills it right before it says something to the world or to the
 * disk for the Nth time: `kill-at N PROGRAM ARGS...`, with N = 0 never. KILL_AT names a
 * file that hears how far it came: "killed N" or "ended N". */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLED = 137, SYSCALL_STOP = SIGTRAP | 0x80, EVENT_SHIFT = 8 };

static const long points[] = {SYS_write,     SYS_writev,  SYS_pwrite64, SYS_fsync,
                              SYS_fdatasync, SYS_connect, SYS_sendto,   SYS_sendmsg};

/* What ptrace() takes for a pointer is a number here. */
static void command(long request, pid_t thread, long number) {
    syscall(SYS_ptrace, request, (long)thread, 0L, number);
}

static bool is_point(pid_t thread) {
    struct __ptrace_syscall_info info = {0};
    long got = ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
    if (got <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) return false;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        if ((long)info.entry.nr == points[i]) return true;
    }
    return false;
}

static void tell(const char *how, unsigned long count) {
    const char *path = getenv("KILL_AT"); /* NOLINT(concurrency-mt-unsafe) */
    FILE *file = path ? fopen(path, "we") : NULL;
    if (!file) return;
    fprintf(file, "%s %lu\n", how, count);
    fclose(file);
}

_Noreturn static void become(char **args) {
    /* A leak checker cannot look at a process that is looked at already. */
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* NOLINT(concurrency-mt-unsafe) */
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    execv(args[0], args);
    _exit(127);
}

/* How a stopped thread goes on: with which signal. */
static int signal_of(int status) {
    int number = WSTOPSIG(status);
    bool is_event = status >> (2 * EVENT_SHIFT) != 0;
    bool is_ours = number == SYSCALL_STOP || number == SIGTRAP || number == SIGSTOP;
    return is_event || is_ours ? 0 : number;
}

/* Told to end, it kills the program, and still says how far that came. Global, since a
 * signal knows nothing else. */
static volatile pid_t victim;

static void on_term(int number) {
    (void)number;
    if (victim > 0) kill(victim, SIGKILL);
}

/* Until the program has ended; its status. */
static int follow(pid_t program, unsigned long at, unsigned long *count) {
    int status = 0;
    for (;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0 && errno == EINTR) continue;
        if (thread < 0) return status;
        if (!WIFSTOPPED(status)) {
            if (thread == program) return status;
            continue;
        }
        bool counts = WSTOPSIG(status) == SYSCALL_STOP && is_point(thread);
        if (counts && ++*count == at) {
            kill(program, SIGKILL);
            continue;
        }
        command(PTRACE_SYSCALL, thread, signal_of(status));
    }
}

int main(int count_of_args, char **args) {
    if (count_of_args < 3) return 2;
    unsigned long at = strtoul(args[1], NULL, 10), count = 0;
    pid_t program = fork();
    if (program < 0) return 1;
    if (program == 0) become(args + 2);
    const struct sigaction term = {.sa_handler = on_term};
    int status = 0;
    victim = program;
    sigaction(SIGTERM, &term, NULL);
    waitpid(program, &status, 0);
    const long options =
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    command(PTRACE_SETOPTIONS, program, options);
    command(PTRACE_SYSCALL, program, 0);
    status = follow(program, at, &count);
    bool was_killed = at > 0 && count >= at;
    tell(was_killed ? "killed" : "ended", count);
    if (was_killed) return KILLED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED;
}
