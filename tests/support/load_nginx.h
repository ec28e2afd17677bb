/* What load generators are measured against: Debian's nginx, one process with a folder
 * and ports of its own, which answers everything and counts it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "support/peers.h"

struct load_nginx {
    struct peer peer;                 /* its port is the plain one */
    uint16_t tls_port;                /* the same with TLS */
    char certificate[TEST_PATH_SIZE]; /* self-signed, for 127.0.0.1: whom to believe */
};

bool load_nginx_start(struct load_nginx *nginx, struct error *err);
void load_nginx_stop(struct load_nginx *nginx);

/* How many requests it has answered; each question is one of them. */
uint64_t load_nginx_requests(const struct load_nginx *nginx);
