/* Streams and lists of jobs: how many wait,
 * how many are taken, how old the oldest is. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"
#include "probes/ask.h"
#include "probes/poll.h"
#include "probes/probe.h"
#include "probes/subject.h"

/* What is asked of each queue; a tag is its
 * number times QUESTIONS plus one of these. */
enum { ASK_LENGTH, ASK_PENDING, ASK_OLDEST, ASK_DEAD, QUESTIONS };
enum { TAG_TIME = TARGET_QUEUES_MAX * QUESTIONS, US_PER_MS = 1000, MS_PER_S = 1000 };

/* Times below this are in seconds, not in milliseconds: the year 5138. */
#define SECONDS_MAX 1e11

/* What is known of one queue; NaN until it was answered. */
struct queue {
    struct subject subject;
    double length;
    double in_flight;
    double oldest_ms; /* of the entry: unix time; 0 for an empty queue */
    double dead;
    bool no_group;
    char refusal[STATE_DETAIL_SIZE];
};

struct queues {
    struct probe_context *context; /* borrowed */
    struct poll poll;
    struct ask ask;
    double now_ms; /* the server's clock */
    uint32_t count;
    struct queue queues[TARGET_QUEUES_MAX];
};

static void on_due(void *owner);
static void on_reply(void *owner, uint32_t tag, const struct redis_reply *reply);
static void on_done(void *owner, const struct error *error);

static void *start(struct probe_context *context) {
    const struct target *target = context->target;
    if (!context->redis || target->queue_count == 0) return NULL;
    struct queues *queues = memory_new(sizeof *queues);
    queues->context = context;
    queues->count = target->queue_count;
    for (uint32_t i = 0; i < queues->count; i++) {
        const struct target_queue *from = &target->queues[i];
        subject_init(
            &queues->queues[i].subject, context, PART_QUEUE, from->track, from->key);
    }
    ask_init(&queues->ask, context, on_reply, on_done, queues);
    poll_start(&queues->poll, context, target->poll_redis_ns, on_due, queues);
    return queues;
}

static void stop(void *probe) {
    struct queues *queues = probe;
    ask_clear(&queues->ask);
    poll_stop(&queues->poll);
    free(queues);
}

const struct probe_type queue_probe = {"queue", start, stop};

static void ask_queue(struct queues *queues, uint32_t number) {
    const struct target_queue *from = &queues->context->target->queues[number];
    struct queue *queue = &queues->queues[number];
    struct ask *ask = &queues->ask;
    uint32_t tag = number * QUESTIONS;
    queue->length = queue->oldest_ms = queue->dead = NAN;
    queue->in_flight = from->kind == QUEUE_STREAM ? (double)NAN : 0;
    queue->no_group = false;
    queue->refusal[0] = '\0';
    subject_ask(&queue->subject);
    if (from->kind == QUEUE_STREAM) {
        ask_add(ask, tag + ASK_LENGTH, "XLEN", from->key, NULL);
        ask_add(ask, tag + ASK_PENDING, "XPENDING", from->key, from->group, NULL);
        ask_add(
            ask, tag + ASK_OLDEST, "XRANGE", from->key, "-", "+", "COUNT", "1", NULL);
        if (from->dead[0]) ask_add(ask, tag + ASK_DEAD, "XLEN", from->dead, NULL);
    } else {
        ask_add(ask, tag + ASK_LENGTH, "LLEN", from->key, NULL);
        ask_add(ask, tag + ASK_OLDEST, "LINDEX", from->key, "0", NULL);
        if (from->dead[0]) ask_add(ask, tag + ASK_DEAD, "LLEN", from->dead, NULL);
    }
}

static void on_due(void *owner) {
    struct queues *queues = owner;
    queues->now_ms = NAN;
    ask_begin(&queues->ask, poll_timeout_ns(&queues->poll));
    ask_add(&queues->ask, TAG_TIME, "TIME", NULL);
    for (uint32_t i = 0; i < queues->count; i++) ask_queue(queues, i);
}

static double time_of(const struct redis_reply *reply) {
    uint64_t seconds = 0;
    uint64_t us = 0;
    if (reply->kind != REDIS_LIST || reply->count != 2) return NAN;
    if (!slice_u64(reply->items[0].string, &seconds)) return NAN;
    if (!slice_u64(reply->items[1].string, &us)) return NAN;
    return (double)seconds * MS_PER_S + (double)us / US_PER_MS;
}

/* The time in the id of the first entry: "1795335795898-0". */
static double oldest_entry(const struct redis_reply *reply) {
    if (reply->kind != REDIS_LIST) return NAN;
    if (reply->count == 0) return 0;
    const struct redis_reply *entry = &reply->items[0];
    if (entry->kind != REDIS_LIST || entry->count == 0) return NAN;
    struct scan id = scan_of(entry->items[0].string);
    uint64_t ms = 0;
    return slice_u64(scan_until(&id, '-'), &ms) ? (double)ms : (double)NAN;
}

/* Jobs in a list are often JSON that says when they were made; the first one is the
 * oldest, or the newest with LPUSH: either way it is a job that waits. */
static double time_in_job(const struct redis_reply *reply) {
    static const char *const keys[] = {
        "submitted_ms", "created_ms", "enqueued_at", "created_at", "timestamp"};
    if (reply->kind == REDIS_NIL) return 0;
    if (reply->kind != REDIS_STRING) return NAN;
    struct error err;
    struct document *job = json_parse(reply->string, &err);
    double time = NAN;
    for (size_t i = 0; job && i < sizeof keys / sizeof *keys; i++) {
        if (!node_number(document_root(job), keys[i], &time)) continue;
        if (time < SECONDS_MAX) time *= MS_PER_S;
        break;
    }
    document_free(job);
    return time > 0 ? time : (double)NAN;
}

static double integer_of(const struct redis_reply *reply) {
    return reply->kind == REDIS_INTEGER ? (double)reply->integer : (double)NAN;
}

static void take_error(
    struct queue *queue, uint32_t question, const struct redis_reply *reply) {
    if (question == ASK_PENDING && slice_starts_with(reply->string, "NOGROUP")) {
        queue->no_group = true; /* nobody has taken anything yet */
        queue->in_flight = 0;
        return;
    }
    safe_text_copy(queue->refusal, sizeof queue->refusal, reply->string);
}

static void take_reply(
    struct queue *queue, uint32_t question, const struct redis_reply *reply) {
    switch (question) {
    case ASK_LENGTH: queue->length = integer_of(reply); break;
    case ASK_DEAD: queue->dead = integer_of(reply); break;
    case ASK_PENDING:
        if (reply->kind == REDIS_LIST && reply->count > 0) {
            queue->in_flight = integer_of(&reply->items[0]);
        }
        break;
    case ASK_OLDEST:
        queue->oldest_ms =
            reply->kind == REDIS_LIST ? oldest_entry(reply) : time_in_job(reply);
        break;
    default: break;
    }
}

static void on_reply(void *owner, uint32_t tag, const struct redis_reply *reply) {
    struct queues *queues = owner;
    if (tag == TAG_TIME) {
        queues->now_ms = time_of(reply);
        return;
    }
    struct queue *queue = &queues->queues[tag / QUESTIONS];
    if (reply->kind == REDIS_ERROR) {
        take_error(queue, tag % QUESTIONS, reply);
    } else {
        take_reply(queue, tag % QUESTIONS, reply);
    }
}

/* Entries that nobody has taken; an entry may be acknowledged between two replies. */
static double waiting_of(const struct queue *queue) {
    double waiting = queue->length - queue->in_flight;
    return waiting < 0 ? 0 : waiting; /* NaN stays */
}

static double age_of(const struct queues *queues, const struct queue *queue) {
    if (queue->oldest_ms <= 0) return 0; /* empty */
    double age_ms = queues->now_ms - queue->oldest_ms;
    return age_ms < 0 ? 0 : age_ms;
}

static void tell_queue(struct queues *queues, struct queue *queue) {
    double waiting = waiting_of(queue);
    double age_ms = age_of(queues, queue);
    if (queue->refusal[0]) {
        subject_say(&queue->subject, PART_BAD, "%s", queue->refusal);
        return;
    }
    if (isnan(waiting)) {
        subject_say(&queue->subject, PART_BAD, "does not answer as a queue does");
        return;
    }
    char data[STATE_DETAIL_SIZE];
    struct text words = TEXT_IN(data);
    text_addf(&words, "%.0f waiting, %.0f taken", waiting, queue->in_flight);
    if (age_ms > 0) {
        text_add(&words, ", oldest ");
        units_add_duration(&words, units_whole(age_ms * (double)NS_PER_MS));
    }
    if (queue->dead > 0) text_addf(&words, ", %.0f dead", queue->dead);
    if (queue->no_group) text_add(&words, ", no group yet");
    subject_say(&queue->subject, PART_OK, "%s", data);
}

static double plus(double sum, double value) {
    if (isnan(value)) return sum;
    return isnan(sum) ? value : sum + value;
}

static void publish_values(struct queues *queues, bool answered) {
    double waiting = NAN;
    double in_flight = NAN;
    double dead = NAN;
    double oldest_ms = NAN;
    for (uint32_t i = 0; answered && i < queues->count; i++) {
        const struct queue *queue = &queues->queues[i];
        waiting = plus(waiting, waiting_of(queue));
        in_flight = plus(in_flight, queue->in_flight);
        dead = plus(dead, queue->dead);
        oldest_ms = fmax(oldest_ms, age_of(queues, queue)); /* ignores NaN */
    }
    struct event event;
    probe_values(&event, STATE_TRACK_NONE, queues->poll.cadence.interval_ns);
    probe_value(&event, METRIC_QUEUE_WAITING, waiting);
    probe_value(&event, METRIC_QUEUE_FLIGHT, in_flight);
    probe_value(&event, METRIC_QUEUE_AGE, oldest_ms);
    probe_value(&event, METRIC_QUEUE_DEAD, dead);
    probe_publish(queues->context, &event);
}

static void on_done(void *owner, const struct error *error) {
    struct queues *queues = owner;
    bool answered = error->code == ERROR_NONE;
    for (uint32_t i = 0; i < queues->count; i++) {
        struct queue *queue = &queues->queues[i];
        if (answered) {
            tell_queue(queues, queue);
        } else {
            subject_unknown(&queue->subject, "redis does not answer");
        }
    }
    publish_values(queues, answered);
    poll_done(&queues->poll, answered);
}
