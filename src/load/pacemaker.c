/* SPDX-License-Identifier: MIT */
#include "load/pacemaker.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/alarm.h"
#include "io/loop.h"
#include "io/strand.h"
#include "load/channel.h"
#include "load/client.h"
#include "load/crowd.h"
#include "load/load_run.h"
#include "load/own_use.h"
#include "load/request_book.h"

/* Lag is measured this often, and whether
 * anybody has waited too long every few times. */
static const uint64_t beat_ns = 10 * NS_PER_MS;

/* The alarm rings no more often than that:
 * at high rates several starts share a ring. */
static const uint64_t near_ns = 50 * NS_PER_US;
static const uint64_t far_ns = 200 * NS_PER_US;

enum {
    FAST_PER_BEAT = 50, /* starts; from there rings are far apart */
    SWEEP_BEATS = 5,
};

struct pacemaker {
    struct pacemaker_options options;
    struct alarm *alarm;
    struct load_run run;
    uint64_t end_ns;     /* nothing begins after it; loop_clock_ns(), as all here */
    uint64_t give_up_ns; /* no answer is waited for after it, once it drains */
    uint64_t beat_due_ns, report_due_ns;
    uint64_t beats;
    uint64_t seq; /* at the last beat */
    bool is_fast; /* many starts in the last beat */
    bool is_over;
    uint64_t cpu_us;      /* at the last report */
    uint64_t descriptors; /* without connections */
};

/* Reports */

static void measure(struct pacemaker *pacemaker, uint64_t now_ns) {
    struct load_run *run = &pacemaker->run;
    struct load_report *report = run->report;
    report->sequence++;
    report->shards = 1;
    report->end_ns = now_ns - run->start_ns;
    report->wall_ms = loop_wall_ms();
    report->row_count = 2 * run->plan->task_count;
    crowd_measure(run->crowd, now_ns);
    uint64_t cpu_us = own_use_cpu_us();
    report->health.cpu_us = cpu_us - pacemaker->cpu_us;
    pacemaker->cpu_us = cpu_us;
    report->gauges.rss_bytes = own_use_rss_bytes();
    report->gauges.descriptors = pacemaker->descriptors + run->connections;
}

/* What cannot be sent now is part of the next one. */
static void report(struct pacemaker *pacemaker, uint64_t now_ns) {
    while (pacemaker->report_due_ns <= now_ns) {
        pacemaker->report_due_ns += pacemaker->run.plan->report_ns;
    }
    struct channel *channel = pacemaker->options.channel;
    if (channel_is_busy(channel)) return;
    measure(pacemaker, now_ns);
    channel_send(channel, LOAD_MESSAGE_REPORT, pacemaker->run.report);
    load_report_next(pacemaker->run.report);
}

void pacemaker_say_last(struct pacemaker *pacemaker) {
    struct load_run *run = &pacemaker->run;
    pacemaker->is_over = true;
    crowd_stop(run->crowd);
    measure(pacemaker, loop_clock_ns());
    channel_send(pacemaker->options.channel, LOAD_MESSAGE_REPORT, run->report);
    load_report_next(run->report);
}

/* The end */

void pacemaker_drain(struct pacemaker *pacemaker, enum load_end end) {
    struct load_run *run = &pacemaker->run;
    if (run->draining) return;
    run->draining = true;
    run->report->ended = end;
    uint64_t now_ns = loop_clock_ns();
    pacemaker->give_up_ns = now_ns + run->plan->drain_ns;
    alarm_set(pacemaker->alarm, now_ns);
}

void pacemaker_stop(struct pacemaker *pacemaker, enum load_end end) {
    pacemaker_drain(pacemaker, end);
    pacemaker->run.report->ended = end;
    pacemaker->give_up_ns = 0;
    alarm_set(pacemaker->alarm, loop_clock_ns());
}

static bool is_drained(const struct pacemaker *pacemaker, uint64_t now_ns) {
    const struct load_run *run = &pacemaker->run;
    if (!run->draining) return false;
    return crowd_is_idle(run->crowd) || now_ns >= pacemaker->give_up_ns;
}

/* Time */

/* The beats that were missed meanwhile were late, too: one long stop is not one late
 * beat among many that were in time. */
static void record_lag(struct histogram *lag, uint64_t late_ns) {
    for (; late_ns >= beat_ns; late_ns -= beat_ns) {
        histogram_record(lag, late_ns / NS_PER_US, 1);
    }
    histogram_record(lag, late_ns / NS_PER_US, 1);
}

static void beat(struct pacemaker *pacemaker, uint64_t now_ns) {
    if (now_ns < pacemaker->beat_due_ns) return;
    struct load_run *run = &pacemaker->run;
    uint64_t late_ns = now_ns - pacemaker->beat_due_ns;
    record_lag(&run->report->health.lag, late_ns);
    pacemaker->beat_due_ns += (late_ns / beat_ns + 1) * beat_ns;
    pacemaker->is_fast = run->seq - pacemaker->seq > FAST_PER_BEAT;
    pacemaker->seq = run->seq;
    if (++pacemaker->beats % SWEEP_BEATS == 0) crowd_time_out(run->crowd, now_ns);
}

static uint64_t advance(struct pacemaker *pacemaker, uint64_t now_ns) {
    struct load_run *run = &pacemaker->run;
    if (run->draining || now_ns < pacemaker->end_ns) {
        uint64_t next_ns = crowd_advance(run->crowd, now_ns);
        if (run->requests_left == 0) pacemaker_drain(pacemaker, LOAD_ENDED_REQUESTS);
        return next_ns;
    }
    /* What was due before the end still begins, and nothing after it. */
    crowd_advance(run->crowd, pacemaker->end_ns - 1);
    pacemaker_drain(pacemaker, LOAD_ENDED_TIME);
    return now_ns;
}

static uint64_t earlier(uint64_t one_ns, uint64_t other_ns) {
    return one_ns < other_ns ? one_ns : other_ns;
}

static void on_alarm(void *owner, uint64_t now_ns) {
    struct pacemaker *pacemaker = owner;
    if (pacemaker->is_over) return;
    beat(pacemaker, now_ns);
    uint64_t next_ns = advance(pacemaker, now_ns);
    if (is_drained(pacemaker, now_ns)) {
        pacemaker->is_over = true;
        pacemaker->options.on_over(pacemaker->options.owner);
        return;
    }
    if (now_ns >= pacemaker->report_due_ns) report(pacemaker, now_ns);
    next_ns = earlier(next_ns, pacemaker->beat_due_ns);
    next_ns = earlier(next_ns, pacemaker->report_due_ns);
    if (!pacemaker->run.draining) next_ns = earlier(next_ns, pacemaker->end_ns);
    uint64_t least_ns = now_ns + (pacemaker->is_fast ? far_ns : near_ns);
    alarm_set(pacemaker->alarm, next_ns > least_ns ? next_ns : least_ns);
}

void pacemaker_set_level(struct pacemaker *pacemaker, double level) {
    uint64_t now_ns = loop_clock_ns();
    crowd_set_level(pacemaker->run.crowd, level, now_ns);
    alarm_set(pacemaker->alarm, now_ns);
}

static void init_run(struct load_run *run, const struct pacemaker_options *options) {
    const struct load_plan *plan = options->plan;
    const struct strands_options strands = {
        .addresses = options->addresses,
        .address_count = options->address_count,
        .tls = options->tls,
        .host = plan->target.host,
        .handlers = client_handlers};
    run->plan = plan;
    run->strands = strands_new(options->loop, &strands);
    run->book = request_book_new(plan);
    run->report = memory_new(sizeof *run->report);
    run->report->row_count = 2 * plan->task_count;
    for (uint32_t i = 0; i < plan->task_count; i++) {
        needle_init(&run->needles[i], slice_of(plan->tasks[i].content));
    }
    random_seed(&run->random, plan->seed + plan->shard);
    run->requests_left =
        plan->requests_max ? load_plan_share(plan, plan->requests_max) : UINT64_MAX;
    run->start_ns = loop_clock_ns();
    run->crowd = crowd_new(run);
}

struct pacemaker *pacemaker_new(const struct pacemaker_options *options) {
    struct pacemaker *pacemaker = memory_new(sizeof *pacemaker);
    pacemaker->options = *options;
    pacemaker->descriptors = own_use_descriptors();
    pacemaker->cpu_us = own_use_cpu_us();
    init_run(&pacemaker->run, options);
    uint64_t start_ns = pacemaker->run.start_ns;
    uint64_t run_time_ns = options->plan->run_time_ns;
    pacemaker->end_ns = run_time_ns ? start_ns + run_time_ns : UINT64_MAX;
    pacemaker->beat_due_ns = start_ns + beat_ns;
    pacemaker->report_due_ns = start_ns + options->plan->report_ns;
    pacemaker->alarm = alarm_new(options->loop, on_alarm, pacemaker);
    alarm_set(pacemaker->alarm, start_ns);
    return pacemaker;
}

void pacemaker_free(struct pacemaker *pacemaker) {
    if (!pacemaker) return;
    alarm_free(pacemaker->alarm);
    crowd_free(pacemaker->run.crowd);
    request_book_free(pacemaker->run.book);
    strands_free(pacemaker->run.strands);
    free(pacemaker->run.report);
    free(pacemaker);
}
