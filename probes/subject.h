/* One part of the target as a probe tells of it, poll after poll. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state.h"
#include "io/http.h"
#include "probes/probe.h"

struct subject {
    struct probe_context *context; /* borrowed */
    struct part part;              /* as it was published last */
    bool unasked; /* it was introduced, and its first poll is to come */
};

/* Publishes that the part is configured and not heard of yet. `track` may be
 * STATE_TRACK_NONE. */
void subject_init(
    struct subject *subject, struct probe_context *context, enum part_kind kind,
    uint8_t track, const char *name);

/* A poll begins now; publishes the first one,
 * so that what is silent was not forgotten. */
void subject_ask(struct subject *subject);

/* How it ended, and why, in short plain words; publishes it. */
void subject_say(
    struct subject *subject, enum part_status status, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

/* It did not answer, or not as it should. */
void subject_failed(struct subject *subject, const struct error *error);

/* Nothing is known because something else does not answer. */
void subject_unknown(struct subject *subject, const char *words);

/* It is no longer there and must not be missed. */
void subject_gone(struct subject *subject);

void subject_set_version(struct subject *subject, struct slice version);
void subject_set_reply(struct subject *subject, const struct http_reply *reply);
