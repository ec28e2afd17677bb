/* SPDX-License-Identifier: MIT */
#include "io/kubectl_proxy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "io/folders.h"
#include "io/loop.h"
#include "io/process.h"

enum { ARGS_MAX = 8, ARGUMENT_SIZE = 512, HEARD_SIZE = 1024 };

struct kubectl_proxy {
    struct process *process; /* NULL: it does not run */
    struct loop_watch *watch;
    int heard_fd; /* our end of its stderr */
    char socket[KUBECTL_SOCKET_SIZE];
    char heard[HEARD_SIZE]; /* the end of what it said */
    char words[KUBECTL_WORDS_SIZE];
};

/* What a command line is made of. */
struct command {
    const char *args[ARGS_MAX + 1];
    char bytes[ARGS_MAX][ARGUMENT_SIZE];
    size_t count;
};

static bool add(
    struct command *command, const char *name, const char *value, struct error *err) {
    ensure(command->count < ARGS_MAX);
    struct text text = text_in(command->bytes[command->count], ARGUMENT_SIZE);
    text_addf(&text, "%s%s", name, value);
    if (text.truncated) return error_set(err, ERROR_USAGE, "%s is too long", name);
    command->args[command->count] = command->bytes[command->count];
    command->count++;
    return true;
}

static bool add_given(
    struct command *command, const char *name, const char *value, struct error *err) {
    return !value || !*value || add(command, name, value, err);
}

static bool make_command(
    struct command *command, const struct kubectl_proxy_options *options,
    const char *socket, struct error *err) {
    bool named = options->program && *options->program;
    return add(command, named ? options->program : "kubectl", "", err) &&
           add(command, "proxy", "", err) &&
           add(command, "--unix-socket=", socket, err) &&
           add_given(command, "--kubeconfig=", options->kubeconfig, err) &&
           add_given(command, "--context=", options->context, err) &&
           add_given(command, "--namespace=", options->namespace, err) &&
           (!options->read_only ||
            add(command, "--reject-methods=", "^(POST|PUT|PATCH|DELETE)$", err));
}

/* "k-PID-RANDOM.sock": whose process is gone has left it there, killed. */
static void remove_left(const char *folder) {
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    while (entries && (entry = readdir(entries)) != NULL) {
        struct scan scan = scan_of(slice_of(entry->d_name));
        int64_t pid;
        bool ours = scan_literal(&scan, "k-") &&
                    slice_i64(scan_until(&scan, '-'), &pid) && pid > 1 &&
                    pid <= INT32_MAX;
        if (!ours || kill((pid_t)pid, 0) == 0 || errno != ESRCH) continue;
        unlinkat(dirfd(entries), entry->d_name, 0);
    }
    if (entries) closedir(entries);
}

static bool name_socket(struct kubectl_proxy *proxy, struct error *err) {
    char folder[FOLDER_PATH_SIZE];
    uint32_t own;
    if (!folder_runtime(folder, err)) return false;
    remove_left(folder);
    loop_random(&own, sizeof own);
    struct text text = TEXT_IN(proxy->socket);
    text_addf(&text, "%s/k-%d-%08" PRIx32 ".sock", folder, getpid(), own);
    if (!text.truncated) return true;
    return error_set(err, ERROR_LIMIT, "%s is too long for a socket in it", folder);
}

/* The last line that is not empty. */
static void take_words(struct kubectl_proxy *proxy) {
    struct scan scan = scan_of(slice_of(proxy->heard));
    struct slice line, last = {0};
    while (scan_line(&scan, &line)) {
        if (line.length > 0) last = line;
    }
    safe_text_copy(proxy->words, sizeof proxy->words, last);
}

static void on_words(void *owner, unsigned ready) {
    (void)ready;
    struct kubectl_proxy *proxy = owner;
    char bytes[HEARD_SIZE / 2];
    ssize_t got = read(proxy->heard_fd, bytes, sizeof bytes - 1);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        loop_watch_set(proxy->watch, 0);
        return;
    }
    size_t have = strlen(proxy->heard), length = (size_t)got;
    if (have + length >= sizeof proxy->heard) {
        size_t kept = sizeof proxy->heard - 1 - length;
        memmove(proxy->heard, proxy->heard + have - kept, kept);
        have = kept;
    }
    memcpy(proxy->heard + have, bytes, length);
    proxy->heard[have + length] = '\0';
    take_words(proxy);
}

static void on_ended(void *owner, const struct process_exit *how) {
    struct kubectl_proxy *proxy = owner;
    proxy->process = NULL;
    if (proxy->words[0]) return;
    struct text text = TEXT_IN(proxy->words);
    if (how->signal) {
        text_addf(&text, "signal %d ended it", how->signal);
    } else {
        text_addf(&text, "it ended with %d", how->code);
    }
}

static bool launch(
    struct kubectl_proxy *proxy, struct loop *loop,
    const struct kubectl_proxy_options *options, struct error *err) {
    struct command command = {0};
    int ends[2];
    if (!make_command(&command, options, proxy->socket, err)) return false;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set(err, ERROR_SYSTEM, "a pipe: %s", strerrordesc_np(errno));
    }
    const struct process_options child = {
        .args = command.args,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = ends[1],
        .own_session = true,
    };
    proxy->heard_fd = ends[0];
    proxy->process = process_start(loop, &child, on_ended, proxy, err);
    close(ends[1]);
    if (!proxy->process) return false;
    proxy->watch = loop_watch_new(loop, proxy->heard_fd, on_words, proxy);
    loop_watch_set(proxy->watch, LOOP_READABLE);
    return true;
}

struct kubectl_proxy *kubectl_proxy_start(
    struct loop *loop, const struct kubectl_proxy_options *options, struct error *err) {
    struct kubectl_proxy *proxy = memory_new(sizeof *proxy);
    proxy->heard_fd = -1;
    if (name_socket(proxy, err) && launch(proxy, loop, options, err)) return proxy;
    kubectl_proxy_free(proxy);
    error_wrap(err, "starting kubectl proxy");
    return NULL;
}

void kubectl_proxy_free(struct kubectl_proxy *proxy) {
    if (!proxy) return;
    if (proxy->process) {
        /* Its group holds what it has started itself: plugins that log in. */
        kill(-process_pid(proxy->process), SIGKILL);
        process_free(proxy->process);
    }
    loop_watch_free(proxy->watch);
    if (proxy->heard_fd >= 0) close(proxy->heard_fd);
    if (proxy->socket[0]) unlink(proxy->socket);
    free(proxy);
}

const char *kubectl_proxy_socket(const struct kubectl_proxy *proxy) {
    return proxy->socket;
}

bool kubectl_proxy_runs(const struct kubectl_proxy *proxy) {
    return proxy->process != NULL;
}

const char *kubectl_proxy_words(const struct kubectl_proxy *proxy) {
    return proxy->words;
}
