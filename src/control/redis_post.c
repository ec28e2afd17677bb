/* Where a rollout stands, in the Redis of its target: one key, which ends by itself. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/units.h"
#include "control/post.h"
#include "core/event.h"
#include "io/redis.h"
#include "io/rollout_place.h"

#define PATIENCE_NS (2 * NS_PER_S)

/* Long enough that somebody who comes late sees that nobody speaks any more. */
#define KEPT_MS "600000"

struct redis_post_state {
    struct post_options options;
    struct redis *redis;
    char key[ROLLOUT_KEY_SIZE];
    bool is_busy;
    struct buffer next; /* told when the one under way has ended; empty for none */
};

static void on_set(void *owner, const struct redis_result *result);

static bool is_wanted(const struct target_publish *publish) {
    return publish->redis;
}

static void *start(const struct post_options *options, struct error *err) {
    const struct target *target = options->target;
    const struct redis_options redis = {
        .url = target->redis,
        .ca = target->tls.ca,
        .cert = target->tls.cert,
        .key = target->tls.key,
        .client_name = "flightdeck-canary",
        .authority = REDIS_MAY_PUBLISH,
    };
    struct redis_post_state *post = memory_new(sizeof *post);
    post->options = *options;
    rollout_key(target->name, post->key);
    buffer_init(&post->next, EVENT_SIZE_MAX);
    post->redis = redis_new(options->loop, &redis, err);
    if (post->redis) return post;
    free(post);
    return NULL;
}

static void stop(void *owner) {
    struct redis_post_state *post = owner;
    if (!post) return;
    redis_free(post->redis);
    buffer_clear(&post->next);
    free(post);
}

static void set(struct redis_post_state *post, struct slice envelope) {
    const struct slice args[] = {
        slice_of("SET"), slice_of(post->key), envelope, slice_of("PX"),
        slice_of(KEPT_MS)};
    post->is_busy = true;
    redis_command(
        post->redis, args, sizeof args / sizeof *args, PATIENCE_NS, on_set, post);
}

static void tell(void *owner, const struct posting *posting) {
    struct redis_post_state *post = owner;
    if (!post->is_busy) {
        set(post, posting->envelope);
        return;
    }
    buffer_reset(&post->next);
    buffer_add(&post->next, posting->envelope.data, posting->envelope.length);
}

static void on_set(void *owner, const struct redis_result *result) {
    struct redis_post_state *post = owner;
    struct error how = result->error;
    post->is_busy = false;
    if (result->reply && result->reply->kind == REDIS_ERROR) {
        error_set(
            &how, ERROR_PROTOCOL, "%.*s", (int)result->reply->string.length,
            result->reply->string.data);
    }
    if (post->next.length > 0) {
        set(post, buffer_slice(&post->next));
        buffer_reset(&post->next);
    }
    post->options.on_said(post->options.owner, &how);
}

static bool is_idle(const void *owner) {
    return !((const struct redis_post_state *)owner)->is_busy;
}

const struct post_type redis_post = {"Redis", is_wanted, start, stop, tell, is_idle};
