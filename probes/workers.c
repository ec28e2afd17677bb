/* Who takes jobs from the queues: consumers of the streams and what each says of itself
 * in worker:<name>. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/worker_fate.h"
#include "io/loop.h"
#include "probes/ask.h"
#include "probes/poll.h"
#include "probes/probe.h"
#include "probes/subject.h"

enum {
    WORKERS_MAX = 64,
    TAG_CONSUMERS = WORKERS_MAX, /* plus the number of the queue; below: a worker */
    TAG_TIME = TAG_CONSUMERS + TARGET_QUEUES_MAX,
    KEY_SIZE = 64,
    STATE_SIZE = 16,
    INTERVALS = 2, /* of Redis: names change seldom */
    MS_PER_S = 1000,
    US_PER_MS = 1000,
};

struct worker {
    struct subject subject;
    struct worker_sight sight; /* of this poll */
    struct worker_memory memory;
    bool told_missing;
    char state[STATE_SIZE];
    char job[KEY_SIZE];
    char version[STATE_VERSION_SIZE];
};

struct workers {
    struct probe_context *context; /* borrowed */
    struct poll poll;
    struct ask ask;
    bool names_known; /* the hashes are being asked for */
    bool any_list;    /* some queue told its consumers */
    int64_t now_ms;   /* at Redis; 0 when it did not say */
    uint32_t count;
    struct worker *workers[WORKERS_MAX];
};

static void on_due(void *owner);
static void on_reply(void *owner, uint32_t tag, const struct redis_reply *reply);
static void on_done(void *owner, const struct error *error);

static bool has_streams(const struct target *target) {
    for (uint32_t i = 0; i < target->queue_count; i++) {
        if (target->queues[i].kind == QUEUE_STREAM) return true;
    }
    return false;
}

static void *start(struct probe_context *context) {
    if (!context->redis || !has_streams(context->target)) return NULL;
    struct workers *workers = memory_new(sizeof *workers);
    workers->context = context;
    ask_init(&workers->ask, context, on_reply, on_done, workers);
    uint64_t interval_ns = poll_slow_ns(context->target->poll_redis_ns * INTERVALS);
    poll_start(&workers->poll, context, interval_ns, on_due, workers);
    return workers;
}

static void stop(void *probe) {
    struct workers *workers = probe;
    ask_clear(&workers->ask);
    poll_stop(&workers->poll);
    for (uint32_t i = 0; i < workers->count; i++) free(workers->workers[i]);
    free(workers);
}

const struct probe_type workers_probe = {"workers", start, stop};

static const struct worker_sight unseen = {.idle_ms = INT64_MAX, .silent_ms = -1};

static void on_due(void *owner) {
    struct workers *workers = owner;
    const struct target *target = workers->context->target;
    workers->names_known = workers->any_list = false;
    workers->now_ms = 0;
    for (uint32_t i = 0; i < workers->count; i++) {
        struct worker *worker = workers->workers[i];
        worker->sight = unseen;
        subject_ask(&worker->subject);
    }
    ask_begin(&workers->ask, poll_timeout_ns(&workers->poll));
    ask_add(&workers->ask, TAG_TIME, "TIME", NULL);
    for (uint32_t i = 0; i < target->queue_count; i++) {
        const struct target_queue *queue = &target->queues[i];
        if (queue->kind != QUEUE_STREAM) continue;
        ask_add(
            &workers->ask, TAG_CONSUMERS + i, "XINFO", "CONSUMERS", queue->key,
            queue->group, NULL);
    }
}

/* --- the consumers of each queue --- */

static struct worker *worker_named(
    struct workers *workers, struct slice name, uint8_t track) {
    for (uint32_t i = 0; i < workers->count; i++) {
        if (slice_equals(name, workers->workers[i]->subject.part.name)) {
            return workers->workers[i];
        }
    }
    if (workers->count == WORKERS_MAX || name.length >= STATE_NAME_SIZE) return NULL;
    struct worker *worker = memory_new(sizeof *worker);
    struct part *part = &worker->subject.part;
    worker->subject.context = workers->context;
    worker->sight = unseen;
    part->kind = PART_WORKER;
    part->track = track;
    safe_text_copy(part->name, sizeof part->name, name);
    subject_ask(&worker->subject);
    workers->workers[workers->count++] = worker;
    return worker;
}

/* A flat list of names and values; NULL when the name is not among them. */
static const struct redis_reply *field_of(
    const struct redis_reply *list, const char *name) {
    for (size_t i = 0; i + 1 < list->count; i += 2) {
        if (slice_equals(list->items[i].string, name)) return &list->items[i + 1];
    }
    return NULL;
}

static int64_t number_of(const struct redis_reply *list, const char *name) {
    const struct redis_reply *field = field_of(list, name);
    return field && field->kind == REDIS_INTEGER ? field->integer : 0;
}

static void take_consumer(
    struct workers *workers, const struct redis_reply *consumer, uint8_t track) {
    const struct redis_reply *name = field_of(consumer, "name");
    if (!name || name->string.length == 0) return;
    struct worker *worker = worker_named(workers, name->string, track);
    if (!worker) return;
    struct worker_sight *sight = &worker->sight;
    sight->listed = true;
    sight->pending += number_of(consumer, "pending");
    int64_t idle_ms = number_of(consumer, "idle");
    if (idle_ms < sight->idle_ms) sight->idle_ms = idle_ms;
}

/* --- what each says of itself --- */

static void copy_field(
    const struct redis_reply *hash, const char *name, char *to, size_t size) {
    const struct redis_reply *field = field_of(hash, name);
    safe_text_copy(to, size, field ? field->string : (struct slice){.data = ""});
}

/* A number that stands there as text; 0 for anything else. */
static int64_t number_in(const struct redis_reply *hash, const char *name) {
    const struct redis_reply *field = field_of(hash, name);
    uint64_t number = 0;
    bool read = field && slice_u64(field->string, &number) && number <= INT64_MAX;
    return read ? (int64_t)number : 0;
}

static void take_hash(
    struct worker *worker, const struct redis_reply *hash, int64_t now_ms) {
    if (hash->count == 0) return;
    struct worker_sight *sight = &worker->sight;
    int64_t beat_ms = number_in(hash, "beat_ms");
    sight->beats = true;
    sight->every_ms = number_in(hash, "every_ms");
    if (beat_ms > 0 && now_ms >= beat_ms) sight->silent_ms = now_ms - beat_ms;
    copy_field(hash, "state", worker->state, sizeof worker->state);
    copy_field(hash, "job", worker->job, sizeof worker->job);
    copy_field(hash, "version", worker->version, sizeof worker->version);
    sight->left = strcmp(worker->state, "left") == 0;
}

/* Seconds and microseconds; what is no time leaves the age of beats unknown. */
static void take_time(struct workers *workers, const struct redis_reply *time) {
    uint64_t seconds = 0;
    uint64_t micros = 0;
    if (time->count != 2 || !slice_u64(time->items[0].string, &seconds) ||
        !slice_u64(time->items[1].string, &micros) || seconds > UINT32_MAX) {
        return;
    }
    workers->now_ms = (int64_t)(seconds * MS_PER_S + micros / US_PER_MS);
}

static void on_reply(void *owner, uint32_t tag, const struct redis_reply *reply) {
    struct workers *workers = owner;
    if (reply->kind != REDIS_LIST) return; /* such as NOGROUP: nobody yet */
    if (tag < TAG_CONSUMERS) {
        take_hash(workers->workers[tag], reply, workers->now_ms);
        return;
    }
    if (tag == TAG_TIME) {
        take_time(workers, reply);
        return;
    }
    const struct target *target = workers->context->target;
    uint8_t track = target->queues[tag - TAG_CONSUMERS].track;
    workers->any_list = true;
    for (size_t i = 0; i < reply->count; i++) {
        take_consumer(workers, &reply->items[i], track);
    }
}

static void ask_hashes(struct workers *workers) {
    workers->names_known = true;
    for (uint32_t i = 0; i < workers->count; i++) {
        char data[KEY_SIZE + STATE_NAME_SIZE];
        struct text key = TEXT_IN(data);
        text_addf(&key, "worker:%s", workers->workers[i]->subject.part.name);
        ask_add(&workers->ask, i, "HGETALL", data, NULL);
    }
}

static const char *plural(int64_t count) {
    return count == 1 ? "" : "s";
}

static void tell_alive(struct worker *worker) {
    struct subject *subject = &worker->subject;
    bool busy = strcmp(worker->state, "busy") == 0;
    subject_say(
        subject, PART_OK, "%s%s%s", worker->state, busy && worker->job[0] ? " " : "",
        busy ? worker->job : "");
}

static void tell_missing(struct worker *worker) {
    long long pending = (long long)worker->sight.pending;
    worker->told_missing = true;
    subject_say(
        &worker->subject, PART_BAD, "no heartbeat, %lld job%s taken", pending,
        plural(pending));
}

/* Only what was shown is worth a word. */
static void forget(struct worker *worker, enum worker_fate fate) {
    struct subject *subject = &worker->subject;
    if (subject->part.answered_ns == 0) return;
    const char *name = subject->part.name;
    if (fate == WORKER_PAST) {
        probe_note(
            subject->context, NOTE_WARN, "workers", "%s is forgotten: others carry on",
            name);
    } else if (worker->told_missing) {
        probe_note(subject->context, NOTE_WARN, "workers", "%s was removed", name);
    } else {
        probe_note(subject->context, NOTE_INFO, "workers", "%s has left", name);
    }
    subject_gone(subject);
}

/* False when it is to be forgotten. */
static bool tell_worker(struct worker *worker, bool others) {
    struct subject *subject = &worker->subject;
    const struct worker_sight *sight = &worker->sight;
    enum worker_fate fate =
        worker_fate_of(sight, &worker->memory, others, loop_clock_ns());
    if (sight->beats) {
        worker->told_missing = false;
        subject_set_version(subject, slice_of(worker->version));
    }
    switch (fate) {
    case WORKER_ALIVE: tell_alive(worker); return true;
    case WORKER_LATE:
        subject_say(
            subject, PART_DEGRADED, "no heartbeat for %lld s",
            (long long)(sight->silent_ms / MS_PER_S));
        return true;
    case WORKER_LEFT:
        subject_say(
            subject, PART_DEGRADED, "left with %lld job%s", (long long)sight->pending,
            plural(sight->pending));
        return true;
    case WORKER_MISSING: tell_missing(worker); return true;
    case WORKER_GONE:
    case WORKER_PAST: forget(worker, fate); break;
    }
    return false;
}

/* Whether another one of its queues is alive. */
static bool has_others(const struct workers *workers, const struct worker *worker) {
    for (uint32_t i = 0; i < workers->count; i++) {
        const struct worker *other = workers->workers[i];
        if (other == worker || !worker_is_alive(&other->sight)) continue;
        if (other->subject.part.track == worker->subject.part.track) return true;
    }
    return false;
}

static void tell_workers(struct workers *workers) {
    bool kept[WORKERS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < workers->count; i++) {
        struct worker *worker = workers->workers[i];
        kept[i] = tell_worker(worker, has_others(workers, worker));
    }
    for (uint32_t i = 0; i < workers->count; i++) {
        struct worker *worker = workers->workers[i];
        if (kept[i]) {
            workers->workers[count++] = worker;
        } else {
            free(worker);
        }
    }
    workers->count = count;
}

static void publish_values(struct workers *workers, bool answered) {
    double alive = 0;
    double busy = 0;
    for (uint32_t i = 0; i < workers->count; i++) {
        const struct worker *worker = workers->workers[i];
        if (!worker_is_alive(&worker->sight)) continue;
        alive++;
        if (strcmp(worker->state, "busy") == 0) busy++;
    }
    bool known = answered && workers->any_list;
    struct event event;
    probe_values(&event, STATE_TRACK_NONE, workers->poll.cadence.interval_ns);
    probe_value(&event, METRIC_WORKERS, known ? alive : (double)NAN);
    probe_value(&event, METRIC_WORKERS_BUSY, known ? busy : (double)NAN);
    probe_publish(workers->context, &event);
}

static void on_done(void *owner, const struct error *error) {
    struct workers *workers = owner;
    bool answered = error->code == ERROR_NONE;
    if (answered && !workers->names_known && workers->count > 0) {
        ask_hashes(workers);
        return;
    }
    if (answered) {
        tell_workers(workers);
    } else {
        for (uint32_t i = 0; i < workers->count; i++) {
            subject_unknown(&workers->workers[i]->subject, "redis does not answer");
        }
    }
    publish_values(workers, answered);
    poll_done(&workers->poll, answered);
}
