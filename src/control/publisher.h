/* Publishes where a rollout stands for watchers on other machines,
 * in all the ways that its target is configured with.
 * What cannot be published is said, and nothing waits. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "core/rollout_status.h"
#include "core/target.h"

struct kubernetes;
struct loop;
struct publisher;

/* What does not work now, in words: "" when all does. Only when that has changed. */
typedef void (*publisher_trouble_fn)(void *owner, const char *words);

struct publisher_options {
    struct loop *loop;             /* borrowed */
    const struct target *target;   /* borrowed */
    struct kubernetes *kubernetes; /* the way to its cluster; borrowed; NULL without */
    publisher_trouble_fn on_trouble;
    void *owner;
};

struct publisher *publisher_new(const struct publisher_options *options);
void publisher_free(struct publisher *publisher); /* NULL is fine */

/* `envelope` is that of the status, as it goes out on the socket; `epoch` is what may
 * be written with in the target's cluster, 0 while nothing may be. */
void publisher_publish(
    struct publisher *publisher, const struct rollout_status *status,
    struct slice envelope, uint64_t epoch);

/* Nothing is on its way any more. */
bool publisher_is_idle(const struct publisher *publisher);
