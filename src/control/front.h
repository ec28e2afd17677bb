/* The controller's socket: everybody who connects hears where the rollout stands, gives
 * orders, and is answered. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "base/scan.h"
#include "core/rollout_order.h"
#include "core/rollout_status.h"

struct front;
struct loop;

/* Whoever comes when all are taken gets that of
 * who has been there for the longest time. */
enum { FRONT_SEATS_MAX = 32 };

/* Runs for one order after the other; the answer is what it leaves there. */
typedef void (*front_order_fn)(
    void *owner, const struct rollout_order *order, struct rollout_answer *answer);

struct front *front_new(
    struct loop *loop, const char *path, front_order_fn on_order, void *owner,
    struct error *err);

/* Removes the socket. NULL is fine. */
void front_free(struct front *front);

/* To everybody who is there, and to who comes until the next one. */
void front_publish(struct front *front, const struct rollout_status *status);

/* The status that was published last, as it went out; empty before the first. */
struct slice front_newest(const struct front *front);

/* A line for everybody who is there,
 * and for who comes until it is taken back with "". */
void front_note(struct front *front, const char *words);

unsigned front_seats(const struct front *front);
