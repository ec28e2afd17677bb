/* The controller of a rollout as the screens see one: a process that publishes where it
 * stands on a real socket, and obeys orders by the rules of real ones. Its router and
 * its traffic are made up. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <sys/types.h>

enum rollout_peer_kind {
    PEER_SAFE,   /* the next step may be taken */
    PEER_UNSAFE, /* the evidence does not allow it yet */
    PEER_BLIND,  /* no data come any more: it holds */
};

struct rollout_peer {
    pid_t pid;
};

/* Watches the first of four steps; listens at `path` when this returns. */
void rollout_peer_start(
    struct rollout_peer *peer, const char *path, enum rollout_peer_kind kind,
    const char *holder, const char *host);
void rollout_peer_kill(struct rollout_peer *peer); /* SIGKILL, and reaps it */
