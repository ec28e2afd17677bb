/* Whether a chat is let in, and how: what keeps the service healthy when more is asked
 * of it than it can do. The cheapest refusal comes first: a user's rate, the chats in
 * flight, the queue. (Connections are bounded before anything is read.) */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/outlook.h"
#include "core/token_bucket.h"

struct exchange_problem;
struct redis_reply;
struct service;
struct text;
struct user_rates;

struct admission {
    struct user_rates *rates; /* NULL: no limit */
    struct outlook outlook;   /* of the queue */
    uint64_t queue_length;    /* unfinished jobs, as last seen */
};

/* `rate` is that of one user; without a burst there is no limit. */
void admission_init(struct admission *admission, const struct token_rate *rate);
void admission_clear(struct admission *admission);

/* The reply of job_queue_snapshot(); NULL: the queue cannot be seen. */
void admission_on_snapshot(
    struct admission *admission, const struct redis_reply *reply, uint64_t now_ns);

enum admission_way { ADMISSION_NOW, ADMISSION_QUEUE, ADMISSION_REFUSED };

struct admission_ask {
    const char *user_hash;
    bool waits;        /* the client wants its answer right away */
    bool can_queue;    /* or else a job, when it cannot have that */
    uint64_t limit_ns; /* that a job may take */
};

/* Counts by its reason what is put off or refused; `problem` says why. */
enum admission_way admission_judge(
    struct service *service, const struct admission_ask *ask,
    struct exchange_problem *problem);

/* Whether the queue would take a job that may take as long as any; if not, `why` says
 * so. The state of the model is not looked at. */
bool admission_queue_is_well(const struct service *service, struct text *why);
