/* SPDX-License-Identifier: MIT */
#include "support/test_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"

#define START_LIMIT_NS (10 * NS_PER_S)
#define STOP_LIMIT_NS  (3 * NS_PER_S)

/* What a program ends with when a sanitizer has
 * found something: no other code of ours. */
enum { UNSOUND = 86 };
#define UNSOUND_OPTION "exitcode=86"

static uint64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Between two looks at what has no event to wait for: listen(2) tells nobody, and
 * valgrind, under which some tests run, knows no descriptor of a process. */
static void breathe(void) {
    poll(NULL, 0, 5);
}

_Noreturn static void become(
    const char *const *args, const char *log, pid_t parent, int null) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    int out = log ? open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : null;
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);

    char *copies[64];
    size_t count = 0;
    while (args[count] && count < 63) {
        copies[count] = strdup(args[count]);
        count++;
    }
    copies[count] = NULL;
    if (args[0]) execvp(args[0], copies);
    _exit(127);
}

static void tell_sanitizers(const char *variable) {
    char options[TEST_LOG_SIZE];
    struct text text = TEXT_IN(options);
    const char *given = getenv(variable);
    if (given && strstr(given, UNSOUND_OPTION)) return;
    text_addf(&text, "%s%s" UNSOUND_OPTION, given ? given : "", given ? ":" : "");
    ensure(!text.truncated && setenv(variable, options, 1) == 0);
}

static void print_log(const char *path) {
    char piece[4096];
    size_t got = 0;
    FILE *log = path[0] ? fopen(path, "re") : NULL;
    while (log && (got = fread(piece, 1, sizeof piece, log)) > 0) {
        fwrite(piece, 1, got, stderr);
    }
    if (log) fclose(log);
}

static void check_end(const struct test_process *process, int status) {
    if (!WIFEXITED(status) || WEXITSTATUS(status) != UNSOUND) return;
    print_log(process->log);
    panic("process %d has ended over what a sanitizer found", (int)process->pid);
}

void test_process_start(
    struct test_process *process, const char *const *args, const char *log) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    ensure(null >= 0);
    tell_sanitizers("ASAN_OPTIONS");
    tell_sanitizers("LSAN_OPTIONS");
    tell_sanitizers("UBSAN_OPTIONS");
    text_copy_cut(process->log, sizeof process->log, log ? log : "");
    pid_t parent = getpid();
    pid_t child = fork();
    ensure(child >= 0);
    if (child == 0) become(args, log, parent, null);
    close(null);
    process->pid = child;
}

bool test_process_runs(struct test_process *process) {
    if (process->pid == 0) return false;
    int status = 0;
    if (waitpid(process->pid, &status, WNOHANG) == 0) return true;
    check_end(process, status);
    process->pid = 0;
    return false;
}

void test_process_kill(struct test_process *process) {
    if (process->pid == 0) return;
    kill(process->pid, SIGKILL);
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) continue;
    check_end(process, status);
    process->pid = 0;
}

void test_process_stop(struct test_process *process) {
    if (process->pid == 0) return;
    kill(process->pid, SIGTERM);
    uint64_t start_ns = clock_ns();
    while (clock_ns() - start_ns < STOP_LIMIT_NS) {
        if (!test_process_runs(process)) return;
        breathe();
    }
    test_process_kill(process);
}

int test_process_run(const char *const *args, const char *log) {
    struct test_process process;
    test_process_start(&process, args, log);
    int status = 0;
    while (waitpid(process.pid, &status, 0) < 0 && errno == EINTR) continue;
    check_end(&process, status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct sockaddr_in loopback(uint16_t port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

uint16_t test_free_port(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ensure(listener >= 0);
    struct sockaddr_in address = loopback(0);
    ensure(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    socklen_t length = sizeof address;
    ensure(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
    close(listener);
    return ntohs(address.sin_port);
}

static bool wait_for(
    const struct sockaddr *address, socklen_t length, struct test_process *process) {
    uint64_t start_ns = clock_ns();
    while (clock_ns() - start_ns < START_LIMIT_NS) {
        int client = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ensure(client >= 0);
        int refused = connect(client, address, length);
        close(client);
        if (refused == 0) return true;
        if (process && !test_process_runs(process)) return false;
        breathe();
    }
    return false;
}

bool test_wait_for_port(uint16_t port, struct test_process *process) {
    struct sockaddr_in address = loopback(port);
    return wait_for((struct sockaddr *)&address, sizeof address, process);
}

bool test_wait_for_socket(const char *path, struct test_process *process) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ensure(text_copy(address.sun_path, sizeof address.sun_path, path));
    return wait_for((struct sockaddr *)&address, sizeof address, process);
}
