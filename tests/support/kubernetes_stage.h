/* A loop, an API server on it, and a way to ask it:
 * what every test of the cluster needs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "support/kubernetes_peer.h"
#include "support/test_folder.h"

struct kubernetes;
struct loop;

struct kubernetes_stage {
    struct test_folder folder; /* $XDG_RUNTIME_DIR and $HOME are in it */
    char socket[TEST_PATH_SIZE], kubeconfig[TEST_PATH_SIZE];
    struct loop *loop;
    struct kubernetes_peer *peer;  /* with the agent of kubernetes_peer_add_agent() */
    struct kubernetes *kubernetes; /* the way to its namespace, by the socket */
};

/* `tcp`: the server also listens on a port, which the kubeconfig names as the context
 * "here". */
void kubernetes_stage_init(struct kubernetes_stage *stage, bool tcp);
void kubernetes_stage_clear(struct kubernetes_stage *stage);

/* Runs the loop until `*flag` is `value`; fails the test after ten seconds. */
void kubernetes_stage_until(
    struct kubernetes_stage *stage, const unsigned *flag, unsigned value);

/* For so long, whatever happens. */
void kubernetes_stage_run(struct kubernetes_stage *stage, unsigned ms);

/* A value of an object as it is now; 0 or "" when it is not there. */
int kubernetes_stage_int(
    struct kubernetes_stage *stage, const char *plural, const char *name,
    const char *pointer);
const char *kubernetes_stage_string(
    struct kubernetes_stage *stage, const char *plural, const char *name,
    const char *pointer);

/* Changes an object behind everybody's back. */
void kubernetes_stage_set(
    struct kubernetes_stage *stage, const char *plural, const char *name,
    const char *pointer, const char *json);

/* A kubeconfig whose context "here", the current one,
 * leads to that port of 127.0.0.1. */
void kubernetes_kubeconfig(
    const struct test_folder *folder, uint16_t port, char path[TEST_PATH_SIZE]);

/* Whether kubectl is here at all. */
bool kubernetes_stage_has_kubectl(void);
