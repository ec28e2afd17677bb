/* `kubectl proxy` as a child: it logs in to the cluster in
 * whatever way its configuration asks for, and offers the
 * API on a unix socket that nobody but us can reach. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct kubectl_proxy;
struct loop;

enum { KUBECTL_SOCKET_SIZE = 108, KUBECTL_WORDS_SIZE = 160 };

struct kubectl_proxy_options {
    const char *program; /* NULL or "" for "kubectl"; looked up in PATH */
    /* NULL or "" for what kubectl takes by itself. */
    const char *kubeconfig, *context, *namespace;
    bool read_only; /* it refuses whatever would change something, too */
};

/* In the runtime folder, in a process group of its own; it dies with us. */
struct kubectl_proxy *kubectl_proxy_start(
    struct loop *loop, const struct kubectl_proxy_options *options, struct error *err);

/* Ends it, and whatever it has started, at once. */
void kubectl_proxy_free(struct kubectl_proxy *proxy);

const char *kubectl_proxy_socket(const struct kubectl_proxy *proxy);
bool kubectl_proxy_runs(const struct kubectl_proxy *proxy);

/* Why it does not run: the last line that it said, made safe; "" for none. */
const char *kubectl_proxy_words(const struct kubectl_proxy *proxy);
