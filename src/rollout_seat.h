/* The orders of an operator at the screens to the controller of a rollout. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "config.h"
#include "core/note.h"
#include "core/target.h"
#include "ui/rollout_wish.h"

struct rollout_seat;
struct loop;

struct rollout_seat_options {
    const struct config *config; /* borrowed; the target is chosen */
    const struct target *target; /* borrowed */
    const char *user;            /* borrowed */
    /* What became of an order, in words: for the timeline and the key row. */
    void (*on_word)(void *owner, enum note_level level, const char *words);
    /* An order that goes forward, or a start, was accepted. */
    void (*on_forward)(void *owner);
    void *owner;
};

struct rollout_seat *rollout_seat_new(
    struct loop *loop, const struct rollout_seat_options *options);

/* Starts a controller that lets the version in,
 * and goes on without us; whether it holds the target,
 * or who else does, comes as a word. False when it cannot be tried. */
bool rollout_seat_start(
    struct rollout_seat *seat, const char *version, struct error *err);

/* Whether an order, or a start, waits for its answer. */
bool rollout_seat_is_busy(const struct rollout_seat *seat);

/* What was ordered may still be carried out. */
void rollout_seat_free(struct rollout_seat *seat);

/* As whom orders are given, and where they go; NULL where that cannot be known. */
const struct rollout_means *rollout_seat_means(const struct rollout_seat *seat);

/* Gives the order; the answer comes as a word,
 * within a few seconds. False when too many wait for theirs. */
bool rollout_seat_order(
    struct rollout_seat *seat, const struct rollout_wish *wish, struct error *err);
