/* Many clients of a server of this machine that each ask
 * once and read what comes for as long as it comes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct crowd;

enum { CROWD_REQUEST_SIZE = 512 };

/* Writes the request of client `number`, head and body. */
typedef void (*crowd_request_fn)(unsigned number, char request[CROWD_REQUEST_SIZE]);

/* All of them connect to that port of 127.0.0.1 and ask. */
struct crowd *crowd_new(uint16_t port, unsigned count, crowd_request_fn write);
void crowd_free(struct crowd *crowd);

/* Reads for so long at most, or until that many
 * hear a 200 that goes on; returns how many do. */
unsigned crowd_listen(struct crowd *crowd, unsigned wanted, uint64_t limit_ns);
uint64_t crowd_heard_bytes(const struct crowd *crowd);
