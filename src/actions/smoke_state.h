/* A smoke test under way. For the files of actions/smoke only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "actions/smoke.h"
#include "actions/smoke_answer.h"
#include "base/buffer.h"
#include "core/check_stream.h"
#include "core/ulid.h"

struct http;
struct http_call;
struct loop_timer;

enum { SMOKE_USER_SIZE = 48 };

/*                 ┌────────── retry ───────────┐
 *  start ─► ASKING ─► (POLL_PAUSE ◄─► POLLING) ─► judged ─► next check ... ─► done */
struct smoke {
    struct loop *loop; /* borrowed */
    struct smoke_options options;
    struct http *http;
    struct http_call *call;
    struct loop_timer *timer; /* the next step: a retry, a poll, the next check */
    struct loop_timer *deadline;
    char run_id[ULID_STRING_SIZE];
    char user[SMOKE_USER_SIZE];
    bool reached; /* the target has answered something */
    bool ended;   /* the result is complete: only on_done is left */
    uint32_t at;  /* the check that is run */
    uint64_t started_ns, check_ns, attempt_ns;
    struct smoke_answer answer;
    struct check_stream stream; /* of a check that expects one */
    struct buffer message;      /* of a chat, filled */
    struct buffer poll_path;    /* empty while there is nothing to poll */
    uint64_t poll_every_ns, poll_until_ns;
    unsigned first_status; /* of the answer that led to polling */
    struct smoke_result *result;
};

static inline const struct checks *smoke_checks(const struct smoke *smoke) {
    return smoke_plan_checks(smoke->options.plan);
}

/* The check that is run, and what is found of it. */
static inline const struct check *smoke_current(const struct smoke *smoke) {
    return &smoke_checks(smoke)->items[smoke->at];
}

static inline struct smoke_check *smoke_row(struct smoke *smoke) {
    return &smoke->result->checks[smoke->at];
}
