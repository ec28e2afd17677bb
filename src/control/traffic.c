/* SPDX-License-Identifier: MIT */
#include "control/traffic.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/job_watch.h"
#include "control/scraped_traffic.h"
#include "core/log_witness.h"
#include "core/random.h"
#include "core/router_unit.h"
#include "io/log_stream.h"
#include "io/loop.h"

/* What contradicts, or is missing, spoils the data for so long. */
#define SPOILT_NS (15 * NS_PER_S)

struct traffic {
    struct loop *loop;           /* borrowed */
    const struct target *target; /* borrowed */
    struct traffic_options options;
    struct log_stream *log; /* NULL without one */
    struct job_watch *jobs;
    struct scraped_traffic *scraped; /* NULL without metrics to ask for */
    struct random random;
    struct traffic_state state;
    struct log_witness witness;
    uint64_t started_ns;              /* lines from before were kept for us */
    uint64_t newest_ns;               /* when the last request ended; 0 for none */
    uint64_t newest_of_ns[ARM_COUNT]; /* the same, of those assigned to a side */
    uint64_t spoilt_ns;               /* when something was amiss last; 0 for never */
    uint64_t number;                  /* of the last line; 0 before the first */
    uint64_t unreadable;              /* lines since then */
    int64_t marked_ms;                /* wall clock, as in the log */
    int64_t warm_from_ms, warm_until_ms; /* wall clock, as in the log */
};

static void on_line(void *owner, struct slice bytes);
static void on_job(void *owner, const struct observation *seen);
static void on_scraped(void *owner, const struct metric_block *block);

struct traffic *traffic_new(
    struct loop *loop, const struct target *target,
    const struct traffic_options *options, struct error *err) {
    uint64_t seed = 0;
    struct traffic *traffic = memory_new(sizeof *traffic);
    *traffic = (struct traffic){.loop = loop, .target = target, .options = *options};
    traffic->started_ns = loop_now_ns(loop);
    loop_random(&seed, sizeof seed);
    random_seed(&traffic->random, seed);
    traffic->scraped = scraped_traffic_new(loop, target, on_scraped, traffic);
    if (!target->split.log[0]) {
        traffic->state.kind = traffic->scraped ? TRAFFIC_COUNTED : TRAFFIC_NONE;
        return traffic;
    }
    traffic->state.kind = TRAFFIC_LOG;
    traffic->jobs = job_watch_new(loop, target, on_job, traffic);
    traffic->log = log_stream_new(loop, target->split.log, on_line, traffic, err);
    if (traffic->log) return traffic;
    error_wrap(err, "the router's log");
    traffic_free(traffic);
    return NULL;
}

void traffic_free(struct traffic *traffic) {
    if (!traffic) return;
    log_stream_free(traffic->log);
    job_watch_free(traffic->jobs);
    scraped_traffic_free(traffic->scraped);
    free(traffic);
}

void traffic_follow(
    struct traffic *traffic, enum track track, const struct place *places,
    uint32_t count) {
    if (traffic->scraped) {
        scraped_traffic_follow(traffic->scraped, track, places, count);
    }
}

void traffic_warm_up(struct traffic *traffic, uint64_t for_ns) {
    traffic->warm_from_ms = loop_wall_ms();
    traffic->warm_until_ms = traffic->warm_from_ms + (int64_t)(for_ns / NS_PER_MS);
    if (traffic->scraped) scraped_traffic_warm_up(traffic->scraped, for_ns);
}

void traffic_mark(struct traffic *traffic) {
    traffic->marked_ms = loop_wall_ms();
    memset(traffic->state.since, 0, sizeof traffic->state.since);
}

void traffic_weigh(struct traffic *traffic, uint32_t weight_bp) {
    if (traffic->scraped) scraped_traffic_weigh(traffic->scraped, weight_bp);
}

static void spoil(struct traffic *traffic) {
    traffic->spoilt_ns = loop_now_ns(traffic->loop);
}

static void tell(struct traffic *traffic, struct observation *seen) {
    seen->chance = random_unit(&traffic->random);
    if (!seen->is_running) traffic->state.observed++;
    traffic->options.on_observation(traffic->options.owner, seen);
}

static void on_job(void *owner, const struct observation *seen) {
    struct traffic *traffic = owner;
    struct observation told = *seen;
    if (!seen->is_running) log_witness_end_job(&traffic->witness);
    tell(traffic, &told);
}

/* Beside a log the counters only bear witness that it has not fallen silent. */
static void bear_witness(struct traffic *traffic, const struct metric_block *block) {
    uint64_t requests = block->trials[ARM_STABLE][HARM_ERRORS].count +
                        block->trials[ARM_CANARY][HARM_ERRORS].count;
    log_witness_count(&traffic->witness, requests);
    if (log_witness_contradicts(&traffic->witness)) spoil(traffic);
}

static void on_scraped(void *owner, const struct metric_block *block) {
    struct traffic *traffic = owner;
    if (traffic->state.kind == TRAFFIC_LOG) {
        bear_witness(traffic, block);
        return;
    }
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        enum harm_metric metric = (enum harm_metric)i;
        if (!metric_block_has(block, metric)) continue;
        traffic->options.on_block(
            traffic->options.owner, metric, &block->trials[ARM_CANARY][i],
            &block->trials[ARM_STABLE][i]);
    }
}

/* The router numbers its lines: a gap is what was lost on the way,
 * and a number that falls is a router that began anew.
 * What it could not keep while nobody read is not missed. */
static void follow_numbers(struct traffic *traffic, uint64_t number) {
    uint64_t missing = 0;
    if (traffic->number > 0 && number <= traffic->number) traffic->state.restarts++;
    bool was_there = traffic->newest_ns >= traffic->started_ns;
    if (traffic->number > 0 && number > traffic->number && was_there) {
        missing = number - traffic->number - 1;
    }
    traffic->state.lost +=
        missing > traffic->unreadable ? missing : traffic->unreadable;
    if (missing > 0) spoil(traffic);
    traffic->unreadable = 0;
    traffic->number = number;
}

static void count_since(struct traffic *traffic, const struct router_line *line) {
    bool is_since =
        line->kind == ROUTER_LINE_REQUEST && line->at_ms > traffic->marked_ms;
    if (is_since) traffic->state.since[line->arm]++;
}

static void count_line(struct traffic_state *state, const struct router_line *line) {
    if (line->kind == ROUTER_LINE_REFUSED) state->refused++;
    if (line->is_contradictory) state->contradictory++;
    if (line->kind == ROUTER_LINE_REQUEST && !line->is_chat) state->aside++;
}

/* Of what is judged, and of this rollout's own draw. */
static void count_tally(struct traffic *traffic, const struct router_line *line) {
    struct rollout_tally *tally = &traffic->state.feeds[line->arm].tally;
    bool is_judged =
        line->kind == ROUTER_LINE_REQUEST && line->is_chat && !line->is_contradictory;
    bool is_others = line->arm == TRACK_CANARY && line->salt != traffic->options.salt;
    if (!is_judged || is_others) return;
    if (line->excluded == ROUTER_LINE_CLIENT_LEFT) tally->clients_left++;
    if (line->excluded == ROUTER_LINE_LIMITED) tally->limited++;
    if (line->is_redispatched) tally->redispatched++;
    if (line->is_strayed) tally->strayed++;
}

/* Of another rollout's draw only what stable does is of use: it shows what is usual. */
static bool is_ours(
    struct traffic *traffic, const struct router_line *line, struct observation *seen) {
    if (seen->weight_bp == 0 || line->salt == traffic->options.salt) return true;
    if (seen->assigned == ARM_CANARY) {
        traffic->state.aside++;
        return false;
    }
    seen->weight_bp = 0;
    return true;
}

/* Dated once, when it comes: a clock that is set back later makes nothing younger, and
 * what has not happened yet happens now. */
static uint64_t moment_of(const struct traffic *traffic, int64_t wall_ms) {
    uint64_t now_ns = loop_now_ns(traffic->loop);
    int64_t ago_ms = loop_wall_ms() - wall_ms;
    uint64_t ago_ns = ago_ms > 0 ? (uint64_t)ago_ms * NS_PER_MS : 0;
    return ago_ns < now_ns ? now_ns - ago_ns : 1;
}

static void note_time(struct traffic *traffic, const struct router_line *line) {
    int64_t total_ms = line->total_ms > 0 ? line->total_ms : 0;
    uint64_t ended_ns = moment_of(traffic, line->at_ms + total_ms);
    uint64_t *newest_of_ns = &traffic->newest_of_ns[line->arm];
    if (ended_ns > traffic->newest_ns) traffic->newest_ns = ended_ns;
    if (line->kind != ROUTER_LINE_REQUEST) return;
    if (ended_ns > *newest_of_ns) *newest_of_ns = ended_ns;
    log_witness_hear(&traffic->witness);
}

static void take_request(struct traffic *traffic, const struct router_line *line) {
    if (!router_unit_counts(line)) return;
    struct observation seen = router_unit_observe(line);
    if (!is_ours(traffic, line, &seen)) return;
    seen.is_warming =
        line->at_ms >= traffic->warm_from_ms && line->at_ms < traffic->warm_until_ms;
    if (router_line_is_open(line)) {
        const struct job_watch_job job = {
            .id = line->job,
            .is_stream = line->status != ROUTER_LINE_ACCEPTED,
            .seen = seen};
        job_watch_add(traffic->jobs, &job);
    } else {
        tell(traffic, &seen);
    }
}

static void on_line(void *owner, struct slice bytes) {
    struct traffic *traffic = owner;
    struct router_line line;
    struct error err;
    if (!router_line_read(bytes, traffic->target->split.canary, &line, &err)) {
        traffic->unreadable++;
        spoil(traffic);
        return;
    }
    if (line.kind == ROUTER_LINE_NOTICE) return;
    follow_numbers(traffic, line.number);
    note_time(traffic, &line);
    count_line(&traffic->state, &line);
    count_tally(traffic, &line);
    count_since(traffic, &line);
    if (line.is_contradictory) spoil(traffic);
    take_request(traffic, &line); /* its callback may free all of it */
}

/* Looking */

uint32_t traffic_overdue(const struct traffic *traffic, uint64_t patience_us) {
    if (!traffic->jobs) return 0;
    return job_watch_overdue(traffic->jobs, ARM_CANARY, patience_us);
}

static uint64_t age_ns(const struct traffic *traffic, uint64_t since_ns) {
    if (since_ns == 0) return UINT64_MAX;
    uint64_t now_ns = loop_now_ns(traffic->loop);
    return now_ns > since_ns ? now_ns - since_ns : 0;
}

static uint64_t age_ms(const struct traffic *traffic, uint64_t since_ns) {
    return since_ns == 0 ? UINT64_MAX : age_ns(traffic, since_ns) / NS_PER_MS;
}

static uint32_t cut_ms(uint64_t value_ms) {
    return value_ms < UINT32_MAX ? (uint32_t)value_ms : UINT32_MAX;
}

static void add_words(
    struct text *words, const struct traffic_state *state,
    const struct traffic *traffic) {
    if (log_witness_contradicts(&traffic->witness)) {
        text_addf(
            words,
            "the router's log is silent, but the instances counted %" PRIu64
            " requests meanwhile",
            traffic->witness.silent_counted);
    } else if (state->is_unplugged) {
        text_addf(
            words, "no router is connected to its log, %s", traffic->target->split.log);
    } else if (state->contradictory > 0) {
        text_addf(
            words, "%" PRIu64 " lines of the log contradict their own figures",
            state->contradictory);
    } else if (state->lost > 0) {
        text_addf(words, "%" PRIu64 " lines of the log were lost", state->lost);
    } else if (state->jobs_lost > 0) {
        text_addf(words, "the end of %" PRIu64 " jobs is not known", state->jobs_lost);
    }
}

/* What the counters say of the processes, whatever else is read. */
static void look_at_processes(
    struct traffic_state *state, const struct scraped_traffic_look *look) {
    state->canary_crashes = look->blocks.crashing;
    text_copy_cut(state->crashes, sizeof state->crashes, look->blocks.crashes);
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        state->feeds[arm].restarts = look->restarts[arm];
    }
}

static void look_at_counters(
    struct traffic_state *state, const struct scraped_traffic_look *look) {
    state->age_ms = look->blocks.age_ms;
    state->contradicts = look->blocks.contradicts;
    state->observed = look->requests;
    state->contradictory = look->fallen;
    text_copy_cut(state->words, sizeof state->words, look->blocks.words);
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        state->feeds[arm].source = look->from_prometheus[arm]
                                       ? ROLLOUT_SOURCE_PROMETHEUS
                                       : ROLLOUT_SOURCE_METRICS;
        state->feeds[arm].age_ms = cut_ms(look->blocks.ages_ms[arm]);
    }
}

/* Where nothing was read yet, nothing is known, not even that there was nothing. */
static void look_at_tally(
    struct rollout_tally *tally, enum arm arm, const struct traffic *traffic,
    const struct job_watch_state *jobs) {
    tally->known = traffic->newest_ns > 0;
    tally->jobs_open = jobs->open_of[arm];
    tally->oldest_job_ms = cut_ms(jobs->oldest_of_ms[arm]);
}

static void look_at_log(struct traffic_state *state, const struct traffic *traffic) {
    const struct job_watch_state jobs = job_watch_look(traffic->jobs);
    struct text words = TEXT_IN(state->words);
    state->age_ms = age_ms(traffic, traffic->newest_ns);
    state->lost += traffic->unreadable + log_stream_broken_count(traffic->log);
    state->jobs_open = jobs.open;
    state->oldest_job_ms = jobs.oldest_ms;
    state->jobs_lost = jobs.lost;
    state->contradicts = age_ns(traffic, traffic->spoilt_ns) < SPOILT_NS ||
                         age_ns(traffic, jobs.lost_ns) < SPOILT_NS;
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        state->feeds[arm].source = ROLLOUT_SOURCE_LOG;
        state->feeds[arm].age_ms = cut_ms(age_ms(traffic, traffic->newest_of_ns[arm]));
        look_at_tally(&state->feeds[arm].tally, (enum arm)arm, traffic, &jobs);
    }
    state->is_unplugged = log_stream_sender_count(traffic->log) == 0;
    add_words(&words, state, traffic);
}

struct traffic_state traffic_look(const struct traffic *traffic) {
    struct traffic_state state = traffic->state;
    struct scraped_traffic_look counters = {0};
    state.age_ms = UINT64_MAX;
    for (int arm = 0; arm < ARM_COUNT; arm++) state.feeds[arm].age_ms = UINT32_MAX;
    if (traffic->scraped) {
        counters = scraped_traffic_look(traffic->scraped);
        look_at_processes(&state, &counters);
    }
    switch (state.kind) {
    case TRAFFIC_NONE: break;
    case TRAFFIC_LOG: look_at_log(&state, traffic); break;
    case TRAFFIC_COUNTED: look_at_counters(&state, &counters); break;
    }
    return state;
}
