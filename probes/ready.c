/* The readiness path: whether the instance wants traffic. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/memory.h"
#include "probes/fetch.h"
#include "probes/instance.h"
#include "probes/poll.h"
#include "probes/subject.h"

enum { BODY_MAX = 64 * 1024, STATUS_UNAVAILABLE = 503 };

struct ready {
    struct instance *instance; /* borrowed */
    struct subject subject;
    struct poll poll;
    struct fetch fetch;
    struct http_call *call; /* NULL while none is under way */
};

static void on_due(void *owner);
static void on_answer(void *owner, const struct http_reply *reply);

struct ready *ready_new(struct instance *instance) {
    struct ready *ready = memory_new(sizeof *ready);
    ready->instance = instance;
    struct probe_context *context = instance->context;
    subject_init(
        &ready->subject, context, PART_READY, (uint8_t)instance->track, instance->name);
    poll_start(
        &ready->poll, context, poll_slow_ns(context->target->poll_health_ns), on_due,
        ready);
    return ready;
}

void ready_free(struct ready *ready) {
    if (!ready) return;
    http_call_free(ready->call);
    poll_stop(&ready->poll);
    free(ready);
}

struct subject *ready_subject(struct ready *ready) {
    return &ready->subject;
}

static void on_due(void *owner) {
    struct ready *ready = owner;
    subject_ask(&ready->subject);
    ready->fetch = (struct fetch){
        .path = ready->instance->context->target->paths.ready,
        .timeout_ns = poll_timeout_ns(&ready->poll),
        .body_max_bytes = BODY_MAX,
        .optional = true,
    };
    ready->call = fetch_start(ready->instance, &ready->fetch, on_answer, ready);
}

static void on_answer(void *owner, const struct http_reply *reply) {
    struct ready *ready = owner;
    ready->call = NULL;
    if (reply->error.code == ERROR_NONE && reply->status == STATUS_UNAVAILABLE) {
        subject_set_reply(&ready->subject, reply);
        subject_say(&ready->subject, PART_BAD, "HTTP %u: not ready", reply->status);
    } else if (fetch_succeeded(&ready->subject, &ready->fetch, reply)) {
        subject_say(&ready->subject, PART_OK, "ready");
    }
    poll_done(&ready->poll, ready->subject.part.status != PART_SILENT);
}
