/* An answer to a check, kept as far as the next step needs it: its JSON, its answer to
 * a chat, the job to ask for. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/check_judge.h"
#include "core/document.h"
#include "core/target.h"
#include "io/http.h"

struct smoke_answer {
    struct document *document; /* of the last body that was JSON; NULL without one */
    struct error problem;      /* why the last body was none */
    struct check_header headers[HTTP_HEADERS_MAX];
};

void smoke_answer_clear(struct smoke_answer *answer);

/* What `reply` says; borrowed from both. */
struct check_answer smoke_answer_take(
    struct smoke_answer *answer, const struct target *target,
    const struct http_reply *reply);

/* The JSON of the last answer, or NULL. */
const struct node *smoke_answer_json(const struct smoke_answer *answer);

/* The job that a chat was turned into; false when it was answered, or is no chat. */
bool smoke_answer_job(
    const struct smoke_answer *answer, const struct target *target, struct slice *job);

/* Whether a job has come to its end. */
bool smoke_answer_job_done(
    const struct smoke_answer *answer, const struct target *target);
