/* The load runs of an operator at the screens: what can be run, and what is told of the
 * one that runs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/redact.h"
#include "core/model.h"
#include "core/target.h"
#include "load_files.h"
#include "ui/dialog.h"

struct load_seat;
struct loop;

struct load_seat_options {
    const struct target *target;        /* borrowed; its secrets are filled in */
    const struct redactor *redactor;    /* borrowed */
    const struct load_folders *folders; /* borrowed; of scenario files */
    const char *user;                   /* borrowed */
    /* What the instruments say; for the rules over memory and queue. */
    const struct model *(*model)(void *owner);
    /* EVENT_RUN, EVENT_LOAD and EVENT_LOAD_HEAT; the owner gives them their times. */
    void (*on_event)(void *owner, const struct event *event);
    /* A line for the timeline: it began, it could not, how it ended. */
    void (*on_word)(void *owner, enum note_level level, const char *words);
    /* Nothing is sent any more, and it is written down. */
    void (*on_done)(void *owner);
    void *owner;
};

struct load_seat *load_seat_new(
    struct loop *loop, const struct load_seat_options *options);

/* Kills the generators when they still run. */
void load_seat_free(struct load_seat *seat);

/* Presets and files with exactly what each would send; borrowed until the next call. */
const struct load_menu *load_seat_menu(struct load_seat *seat);

bool load_seat_start(struct load_seat *seat, const char *scenario, struct error *err);

/* From the start to the last row of the history. */
bool load_seat_is_active(const struct load_seat *seat);

/* Users, or starts per second, from now on; ERROR_USAGE for what is impossible. */
bool load_seat_set_level(struct load_seat *seat, const char *level, struct error *err);

/* Nothing new is sent, answers are waited for; the second time they are not. */
void load_seat_stop(struct load_seat *seat);
