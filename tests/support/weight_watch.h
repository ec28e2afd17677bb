/* The weight that a router really has, read again and
 * again by somebody who has no part in the rollout. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct loop;
struct weight_watch;

/* Reads the lease of HAProxy behind that admin
 * socket each 50 ms, on the test's loop. */
struct weight_watch *weight_watch_new(struct loop *loop, const char *socket);
void weight_watch_free(struct weight_watch *watch);

/* Forgets what it has seen. */
void weight_watch_begin(struct weight_watch *watch);

/* Each weight that was seen, in basis points, once in a row: "0 500 2500". None is 0,
 * as it is for users; a router that does not answer has "?". */
const char *weight_watch_course(const struct weight_watch *watch);
const char *weight_watch_last(const struct weight_watch *watch);
uint32_t weight_watch_reads(const struct weight_watch *watch);
