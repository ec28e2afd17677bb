/* SPDX-License-Identifier: MIT */
#include "agent/redis_refusal.h"

#include <stddef.h>

#include "base/safe_text.h"
#include "io/redis.h"

void redis_refusal_note(
    struct redis_refusal *refusal, const struct redis_reply *reply, uint64_t now_ns) {
    if (!reply || reply->kind != REDIS_ERROR) return;
    refusal->last_ns = now_ns;
    safe_text_copy(refusal->why, sizeof refusal->why, reply->string);
    if (refusal->why[0] == '\0') {
        safe_text_copy(refusal->why, sizeof refusal->why, slice_of("no reason given"));
    }
}

void redis_refusal_end(struct redis_refusal *refusal) {
    *refusal = (struct redis_refusal){0};
}

const char *redis_refusal_why(const struct redis_refusal *refusal, uint64_t now_ns) {
    if (refusal->why[0] == '\0') return NULL;
    return now_ns - refusal->last_ns < REDIS_REFUSAL_KNOWN_NS ? refusal->why : NULL;
}
