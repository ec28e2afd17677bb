/* SPDX-License-Identifier: MIT */
#include "io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/leash.h"
#include "io/loop.h"

enum { PROCESS_ENV_MAX = 1024, PROCESS_PATH_SIZE = 4096, KILL_LIMIT_MS = 5000 };

struct process {
    struct loop *loop; /* borrowed */
    pid_t pid;         /* 0 once reaped */
    int leash;         /* our end: its close ends the child; -1 when closed */
    struct loop_signal *on_child;
    struct loop_timer *grace;
    struct loop_timer *report; /* the exit is known, its callback is due */
    struct process_exit how;
    process_exit_fn on_exit;
    void *owner;
};

/* Everything the child needs, made before the fork: after it only calls that are safe
 * in a signal handler are allowed, for another thread may have held any lock. */
struct launch {
    const struct process_options *options; /* borrowed */
    char path[PROCESS_PATH_SIZE];
    char *args[PROCESS_ARGS_MAX + 1]; /* borrowed */
    char *env[PROCESS_ENV_MAX + 2];   /* borrowed, but for the leash's */
    char leash_variable[64];
    int leash_fd;  /* the child's end */
    int status_fd; /* tells errno when the program cannot run; closed by exec */
    int null_fd;
    pid_t parent;
    int signals_max;
};

/* The child's side */

_Noreturn static void fail_child(const struct launch *launch) {
    int reason = errno;
    ssize_t written = write(launch->status_fd, &reason, sizeof reason);
    _exit(written == sizeof reason ? 127 : 126);
}

/* Closes all but what is kept, in the gaps between the kept ones. */
static void close_others(const struct launch *launch) {
    int kept[PROCESS_FDS_MAX + 2];
    unsigned count = 0;
    kept[count++] = launch->leash_fd;
    kept[count++] = launch->status_fd;
    for (unsigned i = 0; i < launch->options->keep_count; i++) {
        kept[count++] = launch->options->keep_fds[i];
    }

    int from = STDERR_FILENO + 1;
    for (;;) {
        int next = -1;
        for (unsigned i = 0; i < count; i++) {
            if (kept[i] >= from && (next < 0 || kept[i] < next)) next = kept[i];
        }
        if (next < 0) break;
        if (next > from) close_range((unsigned)from, (unsigned)next - 1, 0);
        from = next + 1;
    }
    close_range((unsigned)from, ~0U, 0);
}

static void stay_open(int fd) {
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0) fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
}

/* The wanted descriptor may itself be 0 to 2: move all of them out of the way first. */
static bool place_standard_fds(const struct launch *launch) {
    const struct process_options *options = launch->options;
    int wanted[3] = {options->stdin_fd, options->stdout_fd, options->stderr_fd};
    for (int i = 0; i < 3; i++) {
        int from = wanted[i] < 0 ? launch->null_fd : wanted[i];
        wanted[i] = fcntl(from, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (wanted[i] < 0) return false;
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(wanted[i], i) < 0) return false;
    }
    return true;
}

static void reset_signals(int signals_max) {
    for (int number = 1; number < signals_max; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void become(const struct launch *launch) {
    const struct process_options *options = launch->options;
    if (!options->leash_only) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        /* The parent may have died before the line above: then nobody sends it. */
        if (getppid() != launch->parent) _exit(127);
    }
    if (options->own_session) setsid();
    reset_signals(launch->signals_max);
    if (!place_standard_fds(launch)) fail_child(launch);
    close_others(launch);
    stay_open(launch->leash_fd);
    for (unsigned i = 0; i < options->keep_count; i++) stay_open(options->keep_fds[i]);
    if (options->folder && chdir(options->folder) != 0) fail_child(launch);
    execve(launch->path, launch->args, launch->env);
    fail_child(launch);
}

/* The parent's side: getting ready */

static bool is_runnable(const char *path) {
    return access(path, X_OK) == 0;
}

static bool find_program(struct launch *launch, const char *name, struct error *err) {
    struct text path = TEXT_IN(launch->path);
    if (strchr(name, '/')) {
        text_add(&path, name);
        if (path.truncated) return error_set(err, ERROR_LIMIT, "path is too long");
        return true;
    }
    const char *search = getenv("PATH");
    struct scan scan = scan_of(slice_of(search ? search : "/usr/bin:/bin"));
    while (!scan_done(&scan)) {
        struct slice folder = scan_until(&scan, ':');
        text_reset(&path);
        text_add_slice(&path, folder);
        text_addf(&path, "/%s", name);
        if (folder.length > 0 && !path.truncated && is_runnable(launch->path)) {
            return true;
        }
    }
    return error_set(err, ERROR_NOT_FOUND, "%s is not in PATH", name);
}

/* execve() wants pointers without const and leaves what they point to alone. */
static char *unconst(const char *string) {
    union {
        const char *with;
        char *without;
    } pointer = {.with = string};
    return pointer.without;
}

static bool fill_args(struct launch *launch, struct error *err) {
    const char *const *args = launch->options->args;
    size_t count = 0;
    for (; args[count]; count++) {
        if (count == PROCESS_ARGS_MAX) {
            return error_set(err, ERROR_LIMIT, "too many arguments");
        }
        launch->args[count] = unconst(args[count]);
    }
    ensure(count > 0);
    return find_program(launch, args[0], err);
}

static bool fill_env(struct launch *launch, struct error *err) {
    static const char name[] = LEASH_VARIABLE "=";
    struct text variable = TEXT_IN(launch->leash_variable);
    text_addf(&variable, "%s%d", name, launch->leash_fd);

    size_t count = 0;
    launch->env[count++] = launch->leash_variable;
    const char *const *env = launch->options->env;
    for (size_t i = 0; env ? env[i] != NULL : environ[i] != NULL; i++) {
        const char *entry = env ? env[i] : environ[i];
        if (strncmp(entry, name, sizeof name - 1) == 0) continue;
        if (count > PROCESS_ENV_MAX) {
            return error_set(err, ERROR_LIMIT, "too many environment variables");
        }
        launch->env[count++] = unconst(entry);
    }
    return true;
}

/* Waits for the exec, which closes the pipe, or for the reason why it failed. */
static bool wait_for_exec(int status_fd, int *reason) {
    ssize_t got;
    do {
        got = read(status_fd, reason, sizeof *reason);
    } while (got < 0 && errno == EINTR);
    return got == 0;
}

static void on_child_signal(void *owner, int number);

static void close_fd(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

/* Blocks every signal around the fork: no handler of ours may run in the child. */
static pid_t fork_quietly(const struct launch *launch) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) become(launch);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return child;
}

struct pipes {
    int leash[2], status[2], null;
};

static bool open_pipes(struct pipes *pipes, struct error *err) {
    *pipes = (struct pipes){{-1, -1}, {-1, -1}, -1};
    pipes->null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (pipes->null >= 0 && pipe2(pipes->leash, O_CLOEXEC) == 0 &&
        pipe2(pipes->status, O_CLOEXEC) == 0) {
        return true;
    }
    return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
}

static void close_pipes(struct pipes *pipes) {
    close_fd(&pipes->leash[0]);
    close_fd(&pipes->leash[1]);
    close_fd(&pipes->status[0]);
    close_fd(&pipes->status[1]);
    close_fd(&pipes->null);
}

static bool launch_child(
    struct launch *launch, struct pipes *pipes, pid_t *pid, struct error *err) {
    if (!open_pipes(pipes, err)) return false;
    launch->leash_fd = pipes->leash[0];
    launch->status_fd = pipes->status[1];
    launch->null_fd = pipes->null;
    if (!fill_args(launch, err) || !fill_env(launch, err)) return false;

    pid_t child = fork_quietly(launch);
    if (child < 0) return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
    close_fd(&pipes->status[1]);
    int reason = 0;
    if (wait_for_exec(pipes->status[0], &reason)) {
        *pid = child;
        return true;
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
    const char *words = strerrordesc_np(reason);
    return error_set(err, ERROR_SYSTEM, "%s", words ? words : "the child died");
}

struct process *process_start(
    struct loop *loop, const struct process_options *options, process_exit_fn on_exit,
    void *owner, struct error *err) {
    ensure(options->keep_count <= PROCESS_FDS_MAX);
    struct launch *launch = memory_new(sizeof *launch);
    launch->options = options;
    launch->parent = getpid();
    launch->signals_max = NSIG;

    struct pipes pipes;
    pid_t pid = 0;
    struct process *process = NULL;
    if (launch_child(launch, &pipes, &pid, err)) {
        process = memory_new(sizeof *process);
        process->loop = loop;
        process->pid = pid;
        process->leash = pipes.leash[1];
        pipes.leash[1] = -1;
        process->on_exit = on_exit;
        process->owner = owner;
        process->on_child = loop_on_signal(loop, SIGCHLD, on_child_signal, process);
        /* It may have ended before anybody watched. */
        on_child_signal(process, SIGCHLD);
    } else {
        error_wrap(err, "starting %s", options->args[0]);
    }
    close_pipes(&pipes);
    free(launch);
    return process;
}

/* The end */

static void on_report(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct process *process = owner;
    process->report = NULL;
    process_exit_fn on_exit = process->on_exit;
    void *process_owner = process->owner;
    struct process_exit how = process->how;
    process_free(process);
    on_exit(process_owner, &how);
}

static bool reap(struct process *process, int flags) {
    int status = 0;
    pid_t got;
    do {
        got = waitpid(process->pid, &status, flags);
    } while (got < 0 && errno == EINTR);
    if (got == 0) return false;
    process->pid = 0;
    process->how = (struct process_exit){.code = -1};
    if (got > 0 && WIFEXITED(status)) process->how.code = WEXITSTATUS(status);
    if (got > 0 && WIFSIGNALED(status)) process->how.signal = WTERMSIG(status);
    return true;
}

static void on_child_signal(void *owner, int number) {
    (void)number;
    struct process *process = owner;
    if (process->pid == 0 || !reap(process, WNOHANG)) return;
    loop_timer_free(process->grace);
    process->grace = NULL;
    loop_signal_free(process->on_child);
    process->on_child = NULL;
    close_fd(&process->leash);
    process->report = loop_after(process->loop, 0, on_report, process);
}

pid_t process_pid(const struct process *process) {
    return process->pid;
}

bool process_signal(struct process *process, int number) {
    return process->pid > 0 && kill(process->pid, number) == 0;
}

static void on_grace_over(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct process *process = owner;
    process->grace = NULL;
    process_signal(process, SIGKILL);
}

void process_stop(struct process *process, uint64_t grace_ns) {
    if (!process_signal(process, SIGTERM)) return;
    process_signal(process, SIGCONT); /* a stopped one could not hear it */
    loop_timer_free(process->grace);
    process->grace = loop_after(process->loop, grace_ns, on_grace_over, process);
}

/* A killed process is gone at once, unless the kernel holds it in a system call. */
static void kill_and_reap(struct process *process) {
    int descriptor = (int)syscall(SYS_pidfd_open, process->pid, 0);
    process_signal(process, SIGKILL);
    if (descriptor >= 0) {
        struct pollfd end = {.fd = descriptor, .events = POLLIN};
        while (poll(&end, 1, KILL_LIMIT_MS) < 0 && errno == EINTR) continue;
        close(descriptor);
    }
    reap(process, descriptor >= 0 ? WNOHANG : 0);
}

void process_release(struct process *process) {
    if (!process) return;
    process->pid = 0; /* whoever is left reaps it */
    process_free(process);
}

void process_free(struct process *process) {
    if (!process) return;
    if (process->pid > 0) kill_and_reap(process);
    loop_timer_free(process->grace);
    loop_timer_free(process->report);
    loop_signal_free(process->on_child);
    close_fd(&process->leash);
    free(process);
}
