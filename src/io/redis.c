/* SPDX-License-Identifier: MIT */
#include "io/redis.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/redis_codec.h"
#include "io/redis_link.h"
#include "io/redis_permit.h"
#include "io/redis_queue.h"

#define IDLE_NS         (15 * NS_PER_S)
#define IDLE_CHECK_NS   (3 * NS_PER_S)
#define PING_TIMEOUT_NS (2 * NS_PER_S)

struct redis {
    struct loop *loop; /* borrowed */
    enum redis_authority authority;
    struct redis_link *link;
    struct redis_queue waiting; /* for a connection */
    struct redis_queue sent;    /* for their replies, in order */
    struct redis_queue refused; /* for being told */
    uint64_t last_ticket;
    struct loop_timer *deadline; /* the earliest of all commands */
    uint64_t deadline_ns;        /* when that one is due */
    struct loop_timer *idle;
    struct loop_timer *telling; /* refusals are due */
    unsigned busy;              /* callbacks on the stack */
    bool dead;                  /* freed by one of them */
};

/* A callback may free the client: whatever runs callbacks enters, and leaves at its
 * end, which is when the memory goes. */
static void enter(struct redis *redis) {
    redis->busy++;
}

static void leave(struct redis *redis) {
    redis->busy--;
    if (redis->dead && redis->busy == 0) free(redis);
}

static void drop_timer(struct loop_timer **timer) {
    loop_timer_free(*timer);
    *timer = NULL;
}

/* Tells the owner and frees the item. */
static void tell(
    struct redis_item *item, const struct redis_reply *reply,
    const struct error *error) {
    redis_done_fn on_done = item->on_done;
    void *owner = item->owner;
    struct redis_result result = {.reply = reply};
    if (error) result.error = *error;
    if (item->sent_ns) result.round_trip_ns = loop_clock_ns() - item->sent_ns;
    redis_item_free(item);
    if (on_done) on_done(owner, &result);
}

/* Refusals, told on the next turn of the loop */

static void on_telling(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct redis *redis = owner;
    redis->telling = NULL;
    enter(redis);
    /* What is refused meanwhile comes on a later turn. */
    for (size_t left = redis->refused.count; left > 0 && !redis->dead; left--) {
        struct redis_item *item = redis_queue_take(&redis->refused);
        if (!item) break;
        struct error refusal = item->refusal;
        tell(item, NULL, &refusal);
    }
    leave(redis);
}

static void refuse(struct redis *redis, struct redis_item *item) {
    redis_queue_add(&redis->refused, item);
    if (!redis->telling) redis->telling = loop_after(redis->loop, 0, on_telling, redis);
}

/* Deadlines */

static void on_deadline(void *owner, uint64_t now_ns);

/* Looks again no later than `deadline_ns`. */
static void watch_deadline(struct redis *redis, uint64_t deadline_ns) {
    if (deadline_ns == UINT64_MAX) return;
    if (redis->deadline && redis->deadline_ns <= deadline_ns) return;
    drop_timer(&redis->deadline);
    uint64_t now_ns = loop_clock_ns();
    uint64_t delay_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    redis->deadline_ns = deadline_ns;
    redis->deadline = loop_after(redis->loop, delay_ns, on_deadline, redis);
}

static void expire_waiting(struct redis *redis, uint64_t now_ns) {
    struct redis_item *item;
    while (!redis->dead &&
           (item = redis_queue_take_expired(&redis->waiting, now_ns)) != NULL) {
        struct error why = *redis_link_error(redis->link);
        if (why.code == ERROR_NONE) {
            error_set(&why, ERROR_TIMEOUT, "Redis: no connection in time");
        }
        tell(item, NULL, &why);
    }
}

static void fail_sent(struct redis *redis, const struct error *why) {
    struct error lost = *why;
    lost.code = ERROR_LOST;
    struct redis_item *item;
    while (!redis->dead && (item = redis_queue_take(&redis->sent)) != NULL) {
        tell(item, NULL, &lost);
    }
}

/* Nothing at all has come since the item was sent, or nothing that would make a whole
 * reply to one that was late even then: a length may be a lie. */
static bool is_stuck(const struct redis *redis, const struct redis_item *item) {
    return redis_link_heard_ns(redis->link) < item->sent_ns ||
           redis->sent.first->deadline_ns <= item->sent_ns;
}

/* A late reply may still come, so the item keeps its place, unless the connection is
 * stuck: then it is taken for dead. */
static void expire_sent(struct redis *redis, uint64_t now_ns) {
    const struct error late = {ERROR_TIMEOUT, "Redis: no reply in time"};
    struct redis_item *item;
    bool stuck = false;
    while (!redis->dead && (item = redis_queue_expired(&redis->sent, now_ns)) != NULL) {
        if (is_stuck(redis, item)) stuck = true;
        const struct redis_result result = {
            .error = late, .round_trip_ns = now_ns - item->sent_ns};
        redis_done_fn on_done = item->on_done;
        item->on_done = NULL;
        on_done(item->owner, &result);
    }
    if (redis->dead || !stuck || !redis_link_ready(redis->link)) return;
    redis_link_drop(redis->link, &late);
    fail_sent(redis, &late);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct redis *redis = owner;
    redis->deadline = NULL;
    enter(redis);
    expire_waiting(redis, now_ns);
    expire_sent(redis, now_ns);
    if (!redis->dead) {
        watch_deadline(redis, redis_queue_deadline(&redis->waiting));
        watch_deadline(redis, redis_queue_deadline(&redis->sent));
    }
    leave(redis);
}

/* Sending */

static void send_item(struct redis *redis, struct redis_item *item) {
    item->sent_ns = loop_clock_ns();
    switch (redis_link_send(redis->link, buffer_slice(&item->wire))) {
    case LINK_SENT:
        buffer_clear(&item->wire);
        redis_queue_add(&redis->sent, item);
        return;
    case LINK_GONE:
        item->sent_ns = 0;
        redis_queue_add(&redis->waiting, item);
        return;
    case LINK_FULL:
        item->sent_ns = 0;
        error_set(&item->refusal, ERROR_LIMIT, "Redis does not read its commands");
        refuse(redis, item);
        return;
    }
}

static void on_ready(void *owner) {
    struct redis *redis = owner;
    struct redis_queue now = redis->waiting;
    redis->waiting = (struct redis_queue){NULL, NULL, 0};
    struct redis_item *item;
    while ((item = redis_queue_take(&now)) != NULL) {
        if (item->on_done) {
            send_item(redis, item);
        } else {
            redis_item_free(item);
        }
    }
}

static void on_lost(void *owner, const struct error *why) {
    struct redis *redis = owner;
    enter(redis);
    fail_sent(redis, why);
    leave(redis);
}

static void on_reply(void *owner, const struct redis_reply *reply) {
    struct redis *redis = owner;
    enter(redis);
    struct redis_item *item = redis_queue_take(&redis->sent);
    if (item) {
        tell(item, reply, NULL);
    } else {
        const struct error why = {ERROR_PROTOCOL, "Redis answered what was not asked"};
        redis_link_drop(redis->link, &why);
    }
    leave(redis);
}

/* Whether anybody is still there: a PING that gets no answer drops the connection. */

static void on_idle_pong(void *owner, const struct redis_result *result) {
    (void)owner, (void)result;
}

static void on_idle(void *owner, uint64_t now_ns) {
    struct redis *redis = owner;
    if (!redis_link_ready(redis->link) || redis->sent.count > 0) return;
    if (now_ns < redis_link_heard_ns(redis->link) + IDLE_NS) return;
    redis_ask(redis, PING_TIMEOUT_NS, on_idle_pong, redis, "PING", NULL);
}

/* What callers use */

struct redis *redis_new(
    struct loop *loop, const struct redis_options *options, struct error *err) {
    static const struct redis_link_handlers handlers = {
        .on_ready = on_ready, .on_reply = on_reply, .on_lost = on_lost};
    struct redis *redis = memory_new(sizeof *redis);
    redis->loop = loop;
    redis->authority = options->authority;
    redis->link = redis_link_new(loop, options, &handlers, redis, err);
    if (!redis->link) {
        free(redis);
        return NULL;
    }
    redis->idle = loop_every(loop, IDLE_CHECK_NS, on_idle, redis);
    return redis;
}

void redis_free(struct redis *redis) {
    if (!redis) return;
    redis->dead = true;
    redis_link_free(redis->link);
    redis->link = NULL;
    drop_timer(&redis->deadline);
    drop_timer(&redis->idle);
    drop_timer(&redis->telling);
    redis_queue_clear(&redis->waiting);
    redis_queue_clear(&redis->sent);
    redis_queue_clear(&redis->refused);
    if (redis->busy == 0) free(redis);
}

bool redis_connected(const struct redis *redis) {
    return redis_link_ready(redis->link);
}

const struct error *redis_last_error(const struct redis *redis) {
    return redis_link_error(redis->link);
}

static bool may_send(
    const struct redis *redis, const struct slice *args, size_t arg_count,
    struct error *err) {
    if (arg_count == 0 || arg_count > REDIS_ARGS_MAX) {
        return error_set(err, ERROR_LIMIT, "a command has 1 to 64 words");
    }
    if (redis->waiting.count + redis->sent.count >= REDIS_PENDING_MAX) {
        return error_set(err, ERROR_LIMIT, "too many Redis commands wait for a reply");
    }
    switch (redis->authority) {
    case REDIS_READ_ONLY:
        return redis_permit_read(args, arg_count) ||
               error_set(err, ERROR_FORBIDDEN, "read-only: not a listed Redis read");
    case REDIS_MAY_SHARE_LOAD:
        return redis_permit_load(args, arg_count) ||
               error_set(err, ERROR_FORBIDDEN, "not what shared load does to its keys");
    case REDIS_MAY_PUBLISH:
        return redis_permit_publish(args, arg_count) ||
               error_set(err, ERROR_FORBIDDEN, "not the publishing of a rollout");
    case REDIS_MAY_ACT: break;
    }
    return true;
}

static bool encode(
    struct redis_item *item, const struct slice *args, size_t arg_count) {
    buffer_init(&item->wire, REDIS_REPLY_MAX);
    if (redis_codec_write(&item->wire, args, arg_count)) return true;
    return error_set(&item->refusal, ERROR_LIMIT, "the Redis command is too long");
}

static void send_or_wait(struct redis *redis, struct redis_item *item) {
    watch_deadline(redis, item->deadline_ns);
    if (redis_link_ready(redis->link)) {
        send_item(redis, item);
    } else {
        redis_queue_add(&redis->waiting, item);
    }
}

/* One word more than five: a command is two of them. */
/* NOLINTNEXTLINE(readability-function-size) */
uint64_t redis_command(
    struct redis *redis, const struct slice *args, size_t arg_count,
    uint64_t timeout_ns, redis_done_fn on_done, void *owner) {
    struct redis_item *item = memory_new(sizeof *item);
    uint64_t ticket = ++redis->last_ticket;
    item->ticket = ticket;
    item->deadline_ns = loop_clock_ns() + timeout_ns;
    item->on_done = on_done;
    item->owner = owner;
    if (may_send(redis, args, arg_count, &item->refusal) &&
        encode(item, args, arg_count)) {
        send_or_wait(redis, item);
    } else {
        refuse(redis, item);
    }
    return ticket;
}

uint64_t redis_ask(
    struct redis *redis, uint64_t timeout_ns, redis_done_fn on_done, void *owner, ...) {
    struct slice args[REDIS_ARGS_MAX + 1];
    size_t count = 0;
    va_list words;
    va_start(words, owner);
    const char *word;
    while (count <= REDIS_ARGS_MAX && (word = va_arg(words, const char *)) != NULL) {
        args[count++] = slice_of(word);
    }
    va_end(words);
    return redis_command(redis, args, count, timeout_ns, on_done, owner);
}

void redis_cancel(struct redis *redis, uint64_t ticket) {
    if (ticket == 0) return;
    redis_queue_cancel(&redis->waiting, ticket, NULL);
    redis_queue_cancel(&redis->sent, ticket, NULL);
    redis_queue_cancel(&redis->refused, ticket, NULL);
}

void redis_cancel_all(struct redis *redis, const void *owner) {
    redis_queue_cancel(&redis->waiting, 0, owner);
    redis_queue_cancel(&redis->sent, 0, owner);
    redis_queue_cancel(&redis->refused, 0, owner);
}
