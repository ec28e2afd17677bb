/* What the agent is measured against, each of its own folder and port: nginx, and a
 * chat service in Python. Both as Debian has them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "support/test_folder.h"
#include "support/test_process.h"

struct peer {
    struct test_folder folder;
    struct test_process process;
    uint16_t port;
};

/* One worker that answers everything with 200 and keeps its connections. */
bool peer_start_nginx(struct peer *peer, struct error *err);

/* In two steps, for a config of one's own that listens on the peer's port: its folder
 * is there before nginx is, which takes relative paths from there. */
void peer_prepare(struct peer *peer);
bool peer_run_nginx(struct peer *peer, const char *config, struct error *err);

/* `script` is called with its port, Redis's socket and the model's URL. */
bool peer_start_python(
    struct peer *peer, const char *script, const char *redis_socket,
    const char *model_url, struct error *err);

/* Fine for one that never started. */
void peer_stop(struct peer *peer);
