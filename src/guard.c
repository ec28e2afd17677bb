/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/panic.h"

/* The kernel sends it to the child when the guard is gone. */
enum { GUARD_GONE_SIGNAL = SIGUSR2 };

struct guard {
    pid_t child;
    struct restore *restore; /* shared with the child */
    int terminal_fd;         /* -1 without a terminal */
    struct timespec ending;  /* since when the child has been told to end; 0: not yet */
};

static const int watched[] = {SIGCHLD, SIGTERM, SIGHUP,  SIGINT,
                              SIGQUIT, SIGCONT, SIGTSTP, SIGWINCH};

static void watch_signals(sigset_t *before) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        sigaddset(&set, watched[i]);
    }
    sigaddset(&set, SIGTTOU); /* giving the terminal back must not stop the guard */
    sigprocmask(SIG_BLOCK, &set, before);
}

/* The child asks itself to end, and when it cannot, crashes: that gives the terminal
 * back. */
static void on_guard_gone(int number) {
    (void)number;
    alarm(GUARD_GRACE_S);
    kill(getpid(), SIGTERM);
}

static void on_grace_over(int number) {
    (void)number;
    abort();
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static int run_child(
    const struct guard_work *work, struct restore *restore, pid_t guard,
    const sigset_t *signals) {
    handle(GUARD_GONE_SIGNAL, on_guard_gone);
    handle(SIGALRM, on_grace_over);
    prctl(PR_SET_PDEATHSIG, GUARD_GONE_SIGNAL);
    if (getppid() != guard) return 128 + SIGKILL; /* it was faster */
    sigprocmask(SIG_SETMASK, signals, NULL);
    return work->run(work->owner, restore);
}

static void give_back(const struct guard *guard) {
    if (guard->terminal_fd >= 0) restore_terminal(guard->restore, guard->terminal_fd);
}

/* Whether the child has ended; then `status` says how. When it stops, so does the
 * guard; when somebody continues the guard, a child that still sleeps has to be woken.
 * A shell continues both, and by then the child may even have stopped again. */
static bool look_at_child(const struct guard *guard, int *status) {
    bool sleeps = false;
    while (waitpid(guard->child, status, WNOHANG | WUNTRACED | WCONTINUED) > 0) {
        sleeps = WIFSTOPPED(*status);
        if (WIFEXITED(*status) || WIFSIGNALED(*status)) return true;
        if (!sleeps) continue;
        give_back(guard);
        kill(getpid(), SIGSTOP);
    }
    if (sleeps) kill(guard->child, SIGCONT);
    return false;
}

/* What the terminal sends reaches the child as well: only what was meant for the guard
 * alone is passed on. */
static void pass_on(struct guard *guard, const siginfo_t *info) {
    int number = info->si_signo;
    bool ends =
        number == SIGTERM || number == SIGHUP || number == SIGINT || number == SIGQUIT;
    if (ends && guard->ending.tv_sec == 0) {
        clock_gettime(CLOCK_MONOTONIC, &guard->ending);
    }
    /* A lost terminal is told to the leader of the session, which may be the guard. */
    bool for_us =
        info->si_code == SI_USER || info->si_code == SI_TKILL || number == SIGHUP;
    if (for_us && number != SIGCONT) kill(guard->child, number);
}

static void end_overdue(const struct guard *guard) {
    if (guard->ending.tv_sec == 0) return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - guard->ending.tv_sec >= GUARD_GRACE_S) {
        kill(guard->child, SIGKILL);
    }
}

static int wait_for_child(struct guard *guard) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        sigaddset(&set, watched[i]);
    }
    int status;
    while (!look_at_child(guard, &status)) {
        siginfo_t info;
        const struct timespec second = {.tv_sec = 1};
        bool ending = guard->ending.tv_sec != 0;
        int number =
            ending ? sigtimedwait(&set, &info, &second) : sigwaitinfo(&set, &info);
        if (number > 0 && number != SIGCHLD) pass_on(guard, &info);
        end_overdue(guard);
    }
    return status;
}

int guard_run(const struct guard_work *work) {
    struct restore *restore = mmap(
        NULL, sizeof *restore, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
        0);
    ensure(restore != MAP_FAILED);
    struct guard guard = {
        .restore = restore,
        .terminal_fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK),
    };
    sigset_t signals;
    watch_signals(&signals);
    fflush(NULL);
    pid_t self = getpid();
    guard.child = fork();
    ensure(guard.child >= 0);
    if (guard.child == 0) {
        if (guard.terminal_fd >= 0) close(guard.terminal_fd);
        int code = run_child(work, restore, self, &signals);
        fflush(NULL);
        exit(code); /* NOLINT(concurrency-mt-unsafe): the loop's threads have ended */
    }
    int status = wait_for_child(&guard);
    give_back(&guard);
    if (guard.terminal_fd >= 0) close(guard.terminal_fd);
    munmap(restore, sizeof *restore);
    if (work->after) work->after(work->owner);
    sigprocmask(SIG_SETMASK, &signals, NULL);
    /* Word of the caller's other children came here meanwhile: let him look again. */
    kill(self, SIGCHLD);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
