/* Child processes that cannot outlive their parent: PR_SET_PDEATHSIG and a leash, a
 * pipe whose end of file tells the child (and its children) to end: io/leash.h. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "io/leash.h"

struct process;
struct loop;

enum { PROCESS_ARGS_MAX = 72, PROCESS_FDS_MAX = 8 };

struct process_options {
    const char *const *args; /* NULL at the end; args[0] is looked up in PATH */
    const char *const *env;  /* NULL at the end; the whole environment; NULL inherits */
    const char *folder;      /* NULL for the same */
    int stdin_fd, stdout_fd, stderr_fd; /* -1 for /dev/null; borrowed */
    /* Passed on at the same numbers, beside 0 to 2: a helper's envelope pipe. */
    const int *keep_fds;
    unsigned keep_count;
    bool own_session; /* setsid(): a terminal's signals do not reach it */
    /* No SIGKILL when this process dies: the end of its leash tells the child, which
     * has to tidy up before it ends. */
    bool leash_only;
};

struct process_exit {
    int code;   /* exit code, or -1 */
    int signal; /* the signal that ended it, or 0 */
};

/* The process is gone when it starts: its first line forgets it. */
typedef void (*process_exit_fn)(void *owner, const struct process_exit *how);

/* The child gets SIGKILL when this process dies, whatever killed it. Waits until it
 * runs: a program that cannot be started is an error here. To be called from the thread
 * that lives as long as the program. */
struct process *process_start(
    struct loop *loop, const struct process_options *options, process_exit_fn on_exit,
    void *owner, struct error *err);

pid_t process_pid(const struct process *process);
bool process_signal(struct process *process, int number);

/* Ends it: SIGTERM, and SIGKILL after `grace_ns`; on_exit still runs. */
void process_stop(struct process *process, uint64_t grace_ns);

/* Lets it go on without us: no callback, and nobody ends it. For one that was started
 * with `leash_only` and minds no leash; NULL is fine. */
void process_release(struct process *process);

/* Kills it at once if it still runs, reaps it,
 * and runs no callback. Not needed after the callback. */
void process_free(struct process *process);
