/* The Redis server itself: whether it answers, how fast, and how it is. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "probes/ask.h"
#include "probes/poll.h"
#include "probes/probe.h"
#include "probes/redis_info.h"
#include "probes/subject.h"

enum { TAG_PING, TAG_INFO, TAG_TIME };

enum {
    DETAILS_EVERY = 10,  /* polls: INFO ALL costs three times an INFO */
    SKEW_MAX_MS = 5000,  /* between the server's clock and ours */
    SLOW_P99_US = 10000, /* worth telling */
    HITS_AT_LEAST = 1,   /* lookups for a ratio */
    US_PER_S = 1000000,
};

struct redis_watch {
    struct probe_context *context; /* borrowed */
    struct subject subject;
    struct poll poll;
    struct ask ask;
    uint32_t asked;
    uint64_t ping_ns;
    bool has_info;
    struct redis_info info;
    struct redis_info before; /* of the poll before; its version is "" without one */
    uint64_t info_ns, before_ns;
    int64_t skew_ms;                 /* the server's clock minus ours */
    char refusal[STATE_DETAIL_SIZE]; /* the first error that was answered */
};

static void on_due(void *owner);
static void on_reply(void *owner, uint32_t tag, const struct redis_reply *reply);
static void on_done(void *owner, const struct error *error);

static void *start(struct probe_context *context) {
    if (!context->target->redis[0]) return NULL;
    struct redis_watch *watch = memory_new(sizeof *watch);
    watch->context = context;
    subject_init(&watch->subject, context, PART_REDIS, STATE_TRACK_NONE, "redis");
    watch->subject.part.critical = true;
    if (!context->redis) {
        subject_say(&watch->subject, PART_BAD, "its URL cannot be used");
        return watch;
    }
    ask_init(&watch->ask, context, on_reply, on_done, watch);
    poll_start(&watch->poll, context, context->target->poll_redis_ns, on_due, watch);
    return watch;
}

static void stop(void *probe) {
    struct redis_watch *watch = probe;
    ask_clear(&watch->ask);
    poll_stop(&watch->poll);
    free(watch);
}

const struct probe_type redis_probe = {"redis", start, stop};

static void on_due(void *owner) {
    struct redis_watch *watch = owner;
    subject_ask(&watch->subject);
    watch->refusal[0] = '\0';
    watch->has_info = false;
    watch->skew_ms = 0;
    ask_begin(&watch->ask, poll_timeout_ns(&watch->poll));
    ask_add(&watch->ask, TAG_PING, "PING", NULL);
    if (watch->asked++ % DETAILS_EVERY == DETAILS_EVERY - 1) {
        ask_add(&watch->ask, TAG_INFO, "INFO", "ALL", NULL);
    } else {
        ask_add(&watch->ask, TAG_INFO, "INFO", NULL);
    }
    ask_add(&watch->ask, TAG_TIME, "TIME", NULL);
}

static void take_time(struct redis_watch *watch, const struct redis_reply *reply) {
    uint64_t seconds = 0;
    uint64_t us = 0;
    if (reply->kind != REDIS_LIST || reply->count != 2) return;
    if (!slice_u64(reply->items[0].string, &seconds)) return;
    if (!slice_u64(reply->items[1].string, &us)) return;
    if (seconds > INT64_MAX / US_PER_S || us >= US_PER_S) return;
    int64_t wall_ms = (int64_t)(seconds * 1000 + us / 1000);
    watch->skew_ms = wall_ms - loop_wall_ms();
}

static void take_info(struct redis_watch *watch, const struct redis_reply *reply) {
    if (reply->kind != REDIS_STRING) return;
    watch->before = watch->info;
    watch->before_ns = watch->info_ns;
    watch->has_info = redis_info_read(reply->string, &watch->info);
    watch->info_ns = loop_clock_ns();
}

static void on_reply(void *owner, uint32_t tag, const struct redis_reply *reply) {
    struct redis_watch *watch = owner;
    if (reply->kind == REDIS_ERROR) {
        struct text refusal = TEXT_IN(watch->refusal);
        text_add_slice(&refusal, reply->string);
        return;
    }
    switch (tag) {
    case TAG_PING: watch->ping_ns = watch->ask.round_trip_ns; break;
    case TAG_INFO: take_info(watch, reply); break;
    case TAG_TIME: take_time(watch, reply); break;
    default: break;
    }
}

/* Growth of a counter since the poll before; NaN after a restart or a gap. */
static double growth_of(
    const struct redis_watch *watch, enum redis_info_number number) {
    const struct redis_info *before = &watch->before;
    bool restarted =
        watch->info.numbers[REDIS_INFO_UPTIME_S] < before->numbers[REDIS_INFO_UPTIME_S];
    if (!before->version[0] || restarted) return NAN;
    double growth = watch->info.numbers[number] - before->numbers[number];
    return growth >= 0 ? growth : (double)NAN;
}

static void publish_values(const struct redis_watch *watch) {
    const double *numbers = watch->info.numbers;
    double hits = growth_of(watch, REDIS_INFO_HITS);
    double lookups = hits + growth_of(watch, REDIS_INFO_MISSES);
    double seconds = (double)(watch->info_ns - watch->before_ns) / (double)NS_PER_S;
    bool known = watch->has_info;
    struct event event;
    probe_values(&event, STATE_TRACK_NONE, watch->poll.cadence.interval_ns);
    probe_value(
        &event, METRIC_REDIS_PING,
        known ? (double)watch->ping_ns / (double)NS_PER_MS : (double)NAN);
    probe_value(
        &event, METRIC_REDIS_OPS, known ? numbers[REDIS_INFO_OPS] : (double)NAN);
    probe_value(
        &event, METRIC_REDIS_MEMORY, known ? numbers[REDIS_INFO_MEMORY] : (double)NAN);
    probe_value(
        &event, METRIC_REDIS_MAXMEM,
        known && numbers[REDIS_INFO_MEMORY_MAX] > 0 ? numbers[REDIS_INFO_MEMORY_MAX]
                                                    : (double)NAN);
    probe_value(
        &event, METRIC_REDIS_CLIENTS,
        known ? numbers[REDIS_INFO_CLIENTS] : (double)NAN);
    probe_value(
        &event, METRIC_REDIS_BLOCKED,
        known ? numbers[REDIS_INFO_BLOCKED] : (double)NAN);
    probe_value(
        &event, METRIC_REDIS_HITS,
        known && lookups >= HITS_AT_LEAST ? hits / lookups : (double)NAN);
    probe_value(
        &event, METRIC_REDIS_EVICTED,
        known ? growth_of(watch, REDIS_INFO_EVICTED) / seconds : (double)NAN);
    probe_publish(watch->context, &event);
}

static void note_restart(struct redis_watch *watch) {
    const struct redis_info *before = &watch->before;
    if (!before->version[0]) return;
    double uptime_s = watch->info.numbers[REDIS_INFO_UPTIME_S];
    if (uptime_s < before->numbers[REDIS_INFO_UPTIME_S]) {
        probe_note(watch->context, NOTE_WARN, "restart", "redis restarted");
    }
}

/* What is worth a word although nothing is wrong. */
static void describe(const struct redis_watch *watch, struct text *words) {
    const struct redis_info *info = &watch->info;
    text_add(words, "up ");
    double uptime_ns = info->numbers[REDIS_INFO_UPTIME_S] * (double)NS_PER_S;
    units_add_duration(words, units_whole(uptime_ns));
    if (info->replica) text_add(words, ", replica");
    if (!(info->numbers[REDIS_INFO_AOF] > 0)) text_add(words, ", no append-only file");
    if (!(info->numbers[REDIS_INFO_MEMORY_MAX] > 0)) {
        text_add(words, ", no memory limit");
    }
    if (info->slowest_p99_us >= SLOW_P99_US) {
        text_addf(words, ", %s p99 %.0fms", info->slowest, info->slowest_p99_us / 1000);
    }
}

static void tell(struct redis_watch *watch) {
    struct subject *subject = &watch->subject;
    if (watch->refusal[0]) {
        subject_say(subject, PART_BAD, "%s", watch->refusal);
        return;
    }
    if (!watch->has_info) {
        subject_say(subject, PART_BAD, "does not answer as Redis does");
        return;
    }
    subject_set_version(subject, slice_of(watch->info.version));
    subject->part.latency_ms = (float)watch->ping_ns / (float)NS_PER_MS;
    note_restart(watch);
    const char *trouble = redis_info_trouble(&watch->info);
    if (trouble) {
        bool loading = watch->info.numbers[REDIS_INFO_LOADING] > 0;
        subject_say(subject, loading ? PART_BAD : PART_DEGRADED, "%s", trouble);
    } else if (llabs(watch->skew_ms) > SKEW_MAX_MS) {
        subject_say(
            subject, PART_DEGRADED, "its clock is %.0f s %s",
            (double)llabs(watch->skew_ms) / 1000,
            watch->skew_ms > 0 ? "ahead of ours" : "behind ours");
    } else {
        char data[STATE_DETAIL_SIZE];
        struct text words = TEXT_IN(data);
        describe(watch, &words);
        subject_say(subject, PART_OK, "%s", data);
    }
}

static void on_done(void *owner, const struct error *error) {
    struct redis_watch *watch = owner;
    bool answered = error->code == ERROR_NONE;
    if (answered) {
        tell(watch);
    } else {
        watch->has_info = false;
        subject_failed(&watch->subject, error);
    }
    publish_values(watch);
    if (!watch->has_info) watch->info.version[0] = '\0';
    poll_done(&watch->poll, answered);
}
