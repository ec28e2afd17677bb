/* One target on the terminal: the engine's events go into the model, the recording and
 * onto the stage. Knows no action; shared by cockpit and watch. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/event.h"
#include "core/target.h"
#include "stage.h"

struct session;
struct loop;

struct session_options {
    const struct target *target; /* copied */
    const char *user;
    bool read_only;
    const char *recordings; /* the folder where they are kept; NULL: not kept */
    struct stage_options stage;
};

/* What the session cannot do itself; NULL where there is nothing. */
struct session_owner {
    void (*on_request)(void *owner, const struct ui_request *request);
    const struct action_plan *(*smoke)(void *owner, bool canary);
    const struct load_menu *(*load)(void *owner);
    const struct rollout_means *(*rollout)(void *owner);
    bool (*holder)(void *owner, struct target_holder *holder);
    void *owner;
};

/* Takes the terminal and draws; what takes time follows when the loop runs. */
struct session *session_new(
    struct loop *loop, const struct session_options *options,
    const struct session_owner *owner, struct error *err);
void session_free(struct session *session);

/* Runs the loop until somebody leaves; returns the exit code. */
int session_run(struct session *session);
void session_leave(struct session *session, int code);

/* Puts an event into the order of the engine's. */
void session_publish(struct session *session, struct event *event);

/* An event of the past, with its own times, before the loop runs: so that the graphs do
 * not begin empty. */
void session_recall(struct session *session, const struct event *event);

/* A line for the timeline; sanitised. */
void session_note(
    struct session *session, enum note_level level, const char *source,
    const char *words);

/* A line in the key row until the next key; sanitised. */
void session_notify(struct session *session, const char *words);

const struct model *session_model(const struct session *session);
