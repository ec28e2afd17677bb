/* SPDX-License-Identifier: MIT */
#include "agent/health_checks.h"

#include <stddef.h>

#include "agent/agent.h"
#include "agent/model_client.h"
#include "agent/service.h"
#include "agent/storage.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "io/loop.h"
#include "io/redis.h"

typedef bool (*look_fn)(
    const struct service *service, struct health_check *check, struct text *words);

/* Whether Redis has refused that of late; then `words` say so, in its own. */
static bool is_refused(
    const struct service *service, const struct redis_refusal *refusal,
    const char *what, struct text *words) {
    uint64_t now_ns = loop_now_ns(service->agent->loop);
    const char *why = redis_refusal_why(refusal, now_ns);
    if (!why) return false;
    text_addf(words, "degraded: %s: %s", what, why);
    return true;
}

/* Chats go on without it, but without history, too. */
static bool look_at_redis(
    const struct service *service, struct health_check *check, struct text *words) {
    const struct agent *agent = service->agent;
    (void)check;
    if (!agent->redis) {
        text_add(words, "off: no history, no queue");
        return false;
    }
    if (!agent_has_redis(agent)) {
        text_add(words, "down: ");
        safe_text_add(words, slice_of(redis_last_error(agent->redis)->message));
        return false;
    }
    if (circuit_is_open(&agent->circuits[CIRCUIT_REDIS])) {
        text_add(words, "slow: no history for now");
        return false;
    }
    return !is_refused(
        service, &service->not_recorded, "chats are not recorded", words);
}

static bool look_at_model(
    const struct service *service, struct health_check *check, struct text *words) {
    const struct agent *agent = service->agent;
    const char *why = "";
    (void)check;
    if (model_client_usable(agent->model, &why)) return true;
    bool is_open = circuit_is_open(&agent->circuits[CIRCUIT_MODEL]);
    text_add(words, is_open ? "circuit open: " : "down: ");
    safe_text_add(words, slice_of(why));
    return false;
}

static bool look_at_store(
    const struct service *service, struct health_check *check, struct text *words) {
    const struct storage *store = service->agent->store;
    if (!store) {
        check->is_used = false;
        text_add(words, "off: no ratings");
        return true;
    }
    const char *trouble = storage_trouble(store);
    if (trouble[0] == '\0') return true;
    text_add(words, "down: ");
    safe_text_add(words, slice_of(trouble));
    return false;
}

/* What cannot be seen is told by the check of Redis. */
static bool look_at_queue(
    const struct service *service, struct health_check *check, struct text *words) {
    const struct agent *agent = service->agent;
    if (!agent->redis || service->options.observe_only) {
        check->is_used = false;
        text_add(words, "off: no jobs are taken here");
        return true;
    }
    if (agent_has_redis(agent) &&
        (is_refused(service, &service->not_seen, "cannot be seen", words) ||
         is_refused(service, &service->not_taken, "jobs are refused", words))) {
        return false;
    }
    return admission_queue_is_well(service, words);
}

static const struct {
    const char *name;
    look_fn look;
} kinds[] = {
#define X(id, name, look) [id] = {(name), (look)}
    HEALTH_CHECKS(X)
#undef X
};

void health_checks_look(struct health_checks *checks, const struct service *service) {
    for (size_t i = 0; i < HEALTH_CHECK_COUNT; i++) {
        struct health_check *check = &checks->of[i];
        *check = (struct health_check){.name = kinds[i].name, .is_used = true};
        struct text words = TEXT_IN(check->words);
        check->is_good = kinds[i].look(service, check, &words);
        if (words.length == 0) text_add(&words, "ok");
    }
}

bool health_checks_good(const struct health_checks *checks) {
    for (size_t i = 0; i < HEALTH_CHECK_COUNT; i++) {
        if (!checks->of[i].is_good) return false;
    }
    return true;
}
