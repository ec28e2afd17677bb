/* SPDX-License-Identifier: MIT */
#include "control/job_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/job_answer.h"
#include "core/router_line.h"
#include "io/http.h"
#include "io/json.h"
#include "io/loop.h"
#include "probes/fetch.h"

/* A job's next question is a quarter of its age away, between these two. */
#define LEAST_NS    (250 * NS_PER_MS)
#define MOST_NS     (5 * NS_PER_S)
#define BEAT_NS     (100 * NS_PER_MS)
#define ASK_NS      (5 * NS_PER_S)
#define DEADLINE_NS (JOB_WATCH_DEADLINE_S * NS_PER_S)
/* Nobody knows it, or nobody can be asked: so long, and it is lost. */
#define UNKNOWN_NS (3 * NS_PER_S)
#define SILENT_NS  (60 * NS_PER_S)

enum {
    CALLS_MAX = 16,
    BODY_MAX_BYTES = 512 * 1024,
    STATUS_OK = 200,
    STATUS_REDIRECT = 300,
    STATUS_NOT_FOUND = 404,
};

struct job {
    struct job *next;
    struct job_watch *watch; /* borrowed */
    char id[ROUTER_LINE_JOB_SIZE];
    bool is_stream;
    struct observation seen;
    uint64_t since_ns;    /* when it was accepted */
    uint64_t due_ns;      /* of the next question */
    uint64_t answered_ns; /* when somebody knew it last; else when it was added */
    bool is_unknown;      /* they say that there is no such job */
    bool asks_own;        /* the question is for an instance of its own side */
    unsigned denied;      /* by so many of them, one after the other */
    unsigned missed;      /* questions since somebody knew it */
    unsigned asked;
    struct http_call *call; /* NULL while none is under way */
};

struct job_watch {
    struct probe_context context; /* the way to the target; not more of it is used */
    struct loop_timer *beat;
    struct job *first; /* job.next */
    unsigned calls;
    bool is_answered; /* some job was known to somebody: the path is right */
    struct job_watch_state state;
    job_watch_fn on_seen;
    void *owner;
};

static void on_beat(void *owner, uint64_t now_ns);
static void on_answer(void *owner, const struct http_reply *reply);

struct job_watch *job_watch_new(
    struct loop *loop, const struct target *target, job_watch_fn on_seen, void *owner) {
    struct job_watch *watch = memory_new(sizeof *watch);
    watch->context.loop = loop;
    watch->context.target = target;
    watch->context.http = http_new(loop, HTTP_READ_ONLY);
    watch->on_seen = on_seen;
    watch->owner = owner;
    watch->beat = loop_every(loop, BEAT_NS, on_beat, watch);
    return watch;
}

static void remove_job(struct job_watch *watch, struct job *job) {
    struct job **place = &watch->first;
    while (*place != job) place = &(*place)->next;
    *place = job->next;
    watch->state.open--;
    free(job);
}

void job_watch_free(struct job_watch *watch) {
    if (!watch) return;
    http_free(watch->context.http);
    loop_timer_free(watch->beat);
    while (watch->first) remove_job(watch, watch->first);
    free(watch);
}

static void lose(struct job_watch *watch) {
    watch->state.lost++;
    watch->state.lost_ns = loop_now_ns(watch->context.loop);
}

static struct job *begin(struct job_watch *watch, const struct job_watch_job *told) {
    uint64_t now_ns = loop_now_ns(watch->context.loop);
    struct job *job = memory_new(sizeof *job);
    job->watch = watch;
    text_copy_cut(job->id, sizeof job->id, told->id);
    job->is_stream = told->is_stream;
    job->seen = told->seen;
    uint64_t took_ns = told->seen.latency_us == OBSERVATION_UNKNOWN
                           ? 0
                           : told->seen.latency_us * NS_PER_US;
    job->since_ns = took_ns < now_ns ? now_ns - took_ns : now_ns;
    job->answered_ns = now_ns;
    job->due_ns = now_ns + LEAST_NS;
    return job;
}

void job_watch_add(struct job_watch *watch, const struct job_watch_job *job) {
    if (watch->state.open == JOB_WATCH_MAX || !job->id[0] ||
        !watch->context.target->paths.job[0]) {
        lose(watch);
        return;
    }
    struct job *begun = begin(watch, job);
    begun->next = watch->first;
    watch->first = begun;
    watch->state.open++;
}

/* Asking */

static const struct target_track *own_of(const struct job *job) {
    enum track track = job->seen.served == ARM_CANARY ? TRACK_CANARY : TRACK_STABLE;
    return &job->watch->context.target->tracks[track];
}

/* One of those that may know it: of its own side first, then where users arrive. */
static const char *place_of(const struct job *job) {
    const struct target *target = job->watch->context.target;
    const struct target_track *own = own_of(job);
    unsigned turn = job->asked % (own->url_count + 1);
    return turn < own->url_count ? own->urls[turn] : target->url;
}

/* Where no instances are named, stable is the router, which may ask the other side. */
static bool has_instances(const struct job *job) {
    const char *router = job->watch->context.target->url;
    const struct target_track *own = own_of(job);
    for (uint32_t i = 0; i < own->url_count; i++) {
        if (strcmp(own->urls[i], router) == 0) return false;
    }
    return own->url_count > 0;
}

static void ask(struct job *job) {
    static const char place[] = "{job_id}";
    struct job_watch *watch = job->watch;
    const char *pattern = watch->context.target->paths.job;
    const char *at = strstr(pattern, place);
    char path[TARGET_PATH_SIZE + ROUTER_LINE_JOB_SIZE];
    struct text text = TEXT_IN(path);
    struct instance *instance = memory_new(sizeof *instance);
    text_add_slice(
        &text, (struct slice){pattern, at ? (size_t)(at - pattern) : strlen(pattern)});
    text_add(&text, job->id);
    if (at) text_add(&text, at + sizeof place - 1);
    instance->context = &watch->context;
    text_copy_cut(instance->url, sizeof instance->url, place_of(job));
    const struct fetch fetch = {
        .path = path, .timeout_ns = ASK_NS, .body_max_bytes = BODY_MAX_BYTES};
    job->asks_own = strcmp(instance->url, watch->context.target->url) != 0;
    job->asked++;
    watch->calls++;
    job->call = fetch_start(instance, &fetch, on_answer, job);
    free(instance);
}

static void on_beat(void *owner, uint64_t now_ns) {
    struct job_watch *watch = owner;
    for (struct job *job = watch->first; job; job = job->next) {
        if (watch->calls == CALLS_MAX) return;
        if (!job->call && job->due_ns <= now_ns) ask(job);
    }
}

/* Answers */

static uint64_t age_us(const struct job *job, uint64_t now_ns) {
    return (now_ns - job->since_ns) / NS_PER_US;
}

/* The last thing that happens to a job: the callback may free all of it. */
static void finish(struct job *job, const struct router_unit_end *end) {
    struct job_watch *watch = job->watch;
    struct observation seen = job->seen;
    struct router_unit_end told = *end;
    if (job->is_stream) {
        told.latency_us = seen.latency_us;
    } else if (told.latency_us == OBSERVATION_UNKNOWN) {
        told.latency_us = age_us(job, loop_now_ns(watch->context.loop));
    }
    router_unit_end(&seen, &told);
    watch->state.ended++;
    remove_job(watch, job);
    watch->on_seen(watch->owner, &seen);
}

static void drop(struct job *job) {
    lose(job->watch);
    remove_job(job->watch, job);
}

static uint64_t pause_at(uint64_t age_ns) {
    uint64_t pause_ns = age_ns / 4;
    if (pause_ns < LEAST_NS) return LEAST_NS;
    return pause_ns < MOST_NS ? pause_ns : MOST_NS;
}

static void wait(struct job *job, uint64_t now_ns) {
    job->due_ns = now_ns + pause_at(now_ns - job->since_ns);
}

static void fail(struct job *job) {
    static const struct router_unit_end failed = {
        .failed = true,
        .latency_us = OBSERVATION_UNKNOWN,
        .cost_micro = OBSERVATION_UNKNOWN,
        .tokens = OBSERVATION_UNKNOWN};
    finish(job, &failed);
}

/* It runs, which is known; what it has passed already counts. */
static void go_on(struct job *job, uint64_t now_ns) {
    struct job_watch *watch = job->watch;
    job->answered_ns = now_ns;
    if (now_ns - job->since_ns >= DEADLINE_NS) {
        fail(job);
        return;
    }
    wait(job, now_ns);
    if (job->is_stream) return;
    struct observation seen = job->seen;
    seen.is_running = true;
    seen.latency_us = age_us(job, now_ns);
    watch->on_seen(watch->owner, &seen);
}

/* Each instance of the side that accepted it says that there is no such job: that side
 * has lost it, which is an end. Unless no job was ever known: then they may be asked in
 * the wrong place. */
static bool is_denied(const struct job *job) {
    return job->watch->is_answered && has_instances(job) &&
           job->denied >= own_of(job)->url_count;
}

/* Whoever says nothing, or cannot be asked, may still know it. */
static void note_denial(struct job *job) {
    if (!job->asks_own) return;
    job->denied = job->is_unknown ? job->denied + 1 : 0;
}

/* Nobody told: it is asked for again, but not for ever. */
static void miss(struct job *job, uint64_t now_ns) {
    bool is_round = ++job->missed > own_of(job)->url_count;
    uint64_t patience_ns = job->is_unknown && is_round ? UNKNOWN_NS : SILENT_NS;
    if (now_ns - job->answered_ns < patience_ns) {
        wait(job, now_ns);
    } else if (is_denied(job)) {
        fail(job);
    } else {
        drop(job);
    }
}

static bool read_answer(const struct http_reply *reply, struct job *job) {
    struct job_answer answer = {0};
    struct error err = {0};
    struct document *body = json_parse(reply->body, &err);
    bool is_read = body && job_answer_read(
                               document_root(body), &job->watch->context.target->chat,
                               &answer, &err);
    document_free(body);
    if (!is_read) return false;
    job->watch->is_answered = true;
    job->denied = job->missed = 0;
    if (answer.has_ended) {
        finish(job, &answer.end);
    } else {
        go_on(job, loop_now_ns(job->watch->context.loop));
    }
    return true;
}

static void on_answer(void *owner, const struct http_reply *reply) {
    struct job *job = owner;
    struct job_watch *watch = job->watch;
    job->call = NULL;
    watch->calls--;
    bool came = reply->error.code == ERROR_NONE;
    job->is_unknown = came && reply->status == STATUS_NOT_FOUND;
    bool is_good =
        came && reply->status >= STATUS_OK && reply->status < STATUS_REDIRECT;
    if (is_good && read_answer(reply, job)) return;
    note_denial(job);
    miss(job, loop_now_ns(watch->context.loop));
}

struct job_watch_state job_watch_look(const struct job_watch *watch) {
    struct job_watch_state state = watch->state;
    uint64_t now_ns = loop_now_ns(watch->context.loop);
    for (const struct job *job = watch->first; job; job = job->next) {
        uint64_t age_ms = (now_ns - job->since_ns) / NS_PER_MS;
        uint64_t *oldest_of_ms = &state.oldest_of_ms[job->seen.assigned];
        if (age_ms > state.oldest_ms) state.oldest_ms = age_ms;
        if (age_ms > *oldest_of_ms) *oldest_of_ms = age_ms;
        state.open_of[job->seen.assigned]++;
    }
    return state;
}

/* One that ended in time looks open until it is asked for again. */
uint32_t job_watch_overdue(
    const struct job_watch *watch, enum arm arm, uint64_t patience_us) {
    uint64_t now_ns = loop_now_ns(watch->context.loop);
    bool is_endless = patience_us > DEADLINE_NS / NS_PER_US;
    uint64_t patience_ns = is_endless ? DEADLINE_NS : patience_us * NS_PER_US;
    uint64_t most_ns = patience_ns + pause_at(patience_ns);
    uint32_t overdue = 0;
    for (const struct job *job = watch->first; job; job = job->next) {
        if (job->seen.assigned != arm) continue;
        overdue += now_ns - job->since_ns > most_ns;
    }
    return overdue;
}
