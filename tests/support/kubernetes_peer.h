/* A small API server on the loop of a test: it speaks what a
 * real one speaks, on a unix socket as `kubectl proxy` does
 * and on a TCP port for kubectl itself, and it can misbehave.
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/kubernetes_api.h"
#include "support/kubernetes_controllers.h"

struct kubernetes_peer;
struct loop;

enum kubernetes_fault {
    FAULT_NONE,
    FAULT_SLOW,   /* answers after a time */
    FAULT_CUT,    /* does it, and breaks the answer off in the middle */
    FAULT_LOST,   /* does it, and closes without an answer */
    FAULT_RESET,  /* closes without having done anything */
    FAULT_BROKEN, /* 500 without having done anything */
    FAULT_BUSY,   /* 503 */
    FAULT_SILENT, /* does it, and never answers */
};

/* A write that arrived, whatever became of it; a look is none. */
struct kubernetes_record {
    char method[16], path[KUBERNETES_PATH_SIZE], content_type[KUBERNETES_WORD_SIZE];
    char *body;
    unsigned status;  /* 0: none was given */
    bool dry, looked; /* dryRun=All; a SelfSubjectAccessReview */
};

struct kubernetes_peer_options {
    const char *path; /* of the unix socket; NULL for none */
    bool tcp;         /* also on a free port of 127.0.0.1 */
    uint16_t port;    /* or on this one */
    uint64_t tick_ns; /* between looks of the controllers; 0 for 5 ms */
};

struct kubernetes_peer *kubernetes_peer_new(
    struct loop *loop, const struct kubernetes_peer_options *options);
void kubernetes_peer_free(struct kubernetes_peer *peer);
uint16_t kubernetes_peer_port(const struct kubernetes_peer *peer);

/* To be changed at will. */
struct kubernetes_api *kubernetes_peer_api(struct kubernetes_peer *peer);
struct kubernetes_behaviour *kubernetes_peer_behaviour(struct kubernetes_peer *peer);

/* For the next `times` requests of that method, or of any when it is "". */
void kubernetes_peer_fault(
    struct kubernetes_peer *peer, enum kubernetes_fault fault, const char *method,
    unsigned times, uint64_t slow_ns);

/* Nobody listens and all connections end; and the way back. */
void kubernetes_peer_go_away(struct kubernetes_peer *peer);
void kubernetes_peer_come_back(struct kubernetes_peer *peer);

/* All that arrived and would change something, in order. */
size_t kubernetes_peer_writes(const struct kubernetes_peer *peer);
const struct kubernetes_record *kubernetes_peer_write(
    const struct kubernetes_peer *peer, size_t at);
/* How many of them changed something: no dry run, no refusal, no access review. */
size_t kubernetes_peer_changes(const struct kubernetes_peer *peer);
size_t kubernetes_peer_requests(const struct kubernetes_peer *peer);

/* The agent of the book in the namespace "agent": 19 stable pods, 1 canary, a Service
 * before both, an HTTPRoute of 95 to 5, a Rollout; everything at rest. */
void kubernetes_peer_add_agent(struct kubernetes_peer *peer);
