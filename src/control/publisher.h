/* Publishes where a rollout stands for watchers on other machines, in all the ways that
 * its target is configured with. What cannot be published is said, and nothing waits. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/scan.h"
#include "core/rollout_status.h"
#include "core/target.h"

struct loop;
struct publisher;

/* What does not work now, in words: "" when all does. Only when that has changed. */
typedef void (*publisher_trouble_fn)(void *owner, const char *words);

struct publisher *publisher_new(
    struct loop *loop, const struct target *target, publisher_trouble_fn on_trouble,
    void *owner);
void publisher_free(struct publisher *publisher); /* NULL is fine */

/* `envelope` is that of the status, as it goes out on the socket. */
void publisher_publish(
    struct publisher *publisher, const struct rollout_status *status,
    struct slice envelope);

/* Nothing is on its way any more. */
bool publisher_is_idle(const struct publisher *publisher);
