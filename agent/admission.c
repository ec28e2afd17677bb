/* SPDX-License-Identifier: MIT */
#include "agent/admission.h"

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/exchange.h"
#include "agent/http_status.h"
#include "agent/queue_gauges.h"
#include "agent/registry.h"
#include "agent/service.h"
#include "agent/user_rates.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

enum {
    RETRY_AFTER_MAX_S = 60, /* a longer wait is a guess */
    HEX = 16,
};

void admission_init(struct admission *admission, const struct token_rate *rate) {
    *admission =
        (struct admission){.rates = rate->burst > 0 ? user_rates_new(rate) : NULL};
}

void admission_clear(struct admission *admission) {
    user_rates_free(admission->rates);
    admission->rates = NULL;
}

void admission_on_snapshot(
    struct admission *admission, const struct redis_reply *reply, uint64_t now_ns) {
    struct outlook_sample sample = {.at_ns = now_ns};
    admission->queue_length = reply ? queue_gauges_length(reply) : 0;
    if (reply && queue_gauges_read(&sample, reply)) {
        outlook_on_sample(&admission->outlook, &sample);
    } else {
        outlook_lose(&admission->outlook);
    }
}

static struct exchange_problem refusal(
    unsigned status, const char *code, const char *message, uint64_t wait_ns) {
    uint64_t wait_s = (wait_ns + NS_PER_S - 1) / NS_PER_S;
    if (wait_s == 0) wait_s = 1;
    if (wait_s > RETRY_AFTER_MAX_S) wait_s = RETRY_AFTER_MAX_S;
    return (struct exchange_problem){
        .status = status,
        .code = code,
        .message = message,
        .retry_after_s = (unsigned)wait_s};
}

static void count(const struct service *service, const char *reason) {
    registry_count(service->agent->registry, FAMILY_SHED, reason, NULL, 1);
}

static bool is_too_often(
    struct service *service, const char *user_hash, struct exchange_problem *problem) {
    struct admission *admission = &service->admission;
    uint64_t wait_ns = 0;
    uint64_t user = strtoull(user_hash, NULL, HEX);
    uint64_t now_ns = loop_now_ns(service->agent->loop);
    if (!admission->rates ||
        user_rates_take(admission->rates, user, now_ns, &wait_ns)) {
        return false;
    }
    count(service, "too_often");
    *problem = refusal(
        STATUS_TOO_MANY, "too_many_requests", "this user asks too often", wait_ns);
    return true;
}

/* A job that nobody would get to in time had better not be taken. */
static bool is_queue_shut(
    struct service *service, uint64_t limit_ns, struct exchange_problem *problem) {
    struct circuit *circuit = &service->agent->circuits[CIRCUIT_MODEL];
    uint64_t wait_ns = 0;
    if (circuit_is_open(circuit)) {
        count(service, "circuit_open");
        circuit_count_rejected(circuit);
        *problem = refusal(
            STATUS_UNAVAILABLE, "circuit_open", "the model is unwell and left alone",
            circuit_wait_ns(circuit));
        return true;
    }
    if (!outlook_is_too_long(&service->admission.outlook, limit_ns, &wait_ns)) {
        return false;
    }
    count(service, "queue_slow");
    *problem = refusal(
        STATUS_UNAVAILABLE, "queue_slow",
        "the queue would take longer than the job may", wait_ns);
    return true;
}

enum admission_way admission_judge(
    struct service *service, const struct admission_ask *ask,
    struct exchange_problem *problem) {
    if (is_too_often(service, ask->user_hash, problem)) return ADMISSION_REFUSED;
    bool is_busy = service->sync_count >= service->options.sync_max;
    if (ask->waits && !is_busy) return ADMISSION_NOW;
    if (ask->waits) count(service, "busy");
    if (!ask->can_queue) {
        *problem =
            refusal(STATUS_UNAVAILABLE, "busy", "too many chats are being answered", 0);
        return ADMISSION_REFUSED;
    }
    bool is_shut = is_queue_shut(service, ask->limit_ns, problem);
    return is_shut ? ADMISSION_REFUSED : ADMISSION_QUEUE;
}

bool admission_queue_is_well(const struct service *service, struct text *why) {
    const struct admission *admission = &service->admission;
    uint64_t limit_ns = service->options.job_timeout_ns;
    uint64_t late_ns = 0;
    if (admission->queue_length >= service->queue.depth_max) {
        text_addf(
            why, "degraded: full, %llu jobs have not finished",
            (unsigned long long)admission->queue_length);
        return false;
    }
    if (!outlook_is_too_long(&admission->outlook, limit_ns, &late_ns)) return true;
    text_addf(
        why, "degraded: slow, a job would come %.0f s too late",
        (double)late_ns / (double)NS_PER_S);
    return false;
}
