/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>

#include "base/text.h"
#include "base/units.h"
#include "core/weight.h"
#include "report/rollout_report.h"

enum { CELL_SIZE = 32 };

enum exit_code rollout_report_code(const struct rollout_status *status) {
    if (!status->known) return EXIT_CODE_UNREACHABLE;
    switch ((enum rollout_phase)status->phase) {
    case ROLLOUT_FINALIZING: /* all traffic is on it; stable is seen to */
    case ROLLOUT_DONE: return EXIT_CODE_OK;
    case ROLLOUT_ROLLED_BACK: return EXIT_CODE_ROLLED_BACK;
    case ROLLOUT_STRANDED: return EXIT_CODE_PERSON;
    case ROLLOUT_IDLE: return EXIT_CODE_UNREACHABLE;
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING:
    case ROLLOUT_HOLD:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return EXIT_CODE_INCONCLUSIVE;
}

static void add_share(struct text *text, float share) {
    if (isfinite(share)) {
        text_addf(text, "%.1f %%", (double)share * 100);
    } else {
        text_add(text, "-");
    }
}

static uint64_t canary_units(const struct rollout_status *status) {
    return status->metric_count > 0 ? status->metrics[0].canary_units : 0;
}

static void add_phase(struct text *text, const struct rollout_status *status) {
    text_add(text, rollout_phase_name((enum rollout_phase)status->phase));
    if (status->phase != ROLLOUT_HOLD) return;
    text_addf(text, " (%s)", rollout_hold_name((enum rollout_hold)status->hold));
}

/* A smoke test that failed ended it there. */
static bool is_before_steps(const struct rollout_status *status) {
    return status->step == 0 && status->steps > 0 &&
           (status->phase == ROLLOUT_ROLLING_BACK ||
            status->phase == ROLLOUT_ROLLED_BACK || status->phase == ROLLOUT_STRANDED);
}

static void add_reason(struct text *text, const struct rollout_status *status) {
    bool is_persons = status->actor[0] != '\0';
    if (is_persons) text_addf(text, " by %s", status->actor);
    if (status->reason[0]) {
        text_addf(text, ": %s", status->reason);
    } else if (is_persons) {
        text_add(text, ": no reason given");
    }
}

static void add_missing(struct text *text, const struct rollout_status *status) {
    uint64_t units = canary_units(status);
    uint64_t missing = status->canary_missing;
    bool has_end = missing <= UINT64_MAX - units;
    if (missing > 0 && has_end) text_addf(text, " of ~%" PRIu64, units + missing);
    text_add(text, " canary requests");
    if (!has_end) text_add(text, ", no number is enough at this rate");
}

void rollout_report_line(const struct rollout_status *status, struct text *text) {
    if (status->step > 0) {
        text_addf(text, "step %u/%u ", (unsigned)status->step, (unsigned)status->steps);
        weight_add_percent(text, status->wanted_bp);
        text_add(text, " (seen ");
        add_share(text, status->seen);
        text_add(text, "), ");
    }
    if (is_before_steps(status)) text_add(text, "before the first step, ");
    add_phase(text, status);
    if (status->phase == ROLLOUT_WATCHING) {
        text_add_char(text, ' ');
        units_add_duration(text, status->in_step_ms * NS_PER_MS);
        text_addf(text, ": %" PRIu64, canary_units(status));
        add_missing(text, status);
        if (isfinite(status->harm)) {
            text_addf(
                text, ", harm %.3g of %.3g", (double)status->harm,
                (double)status->harm_limit);
        }
    } else {
        add_reason(text, status);
    }
}

static void add_row(struct buffer *to, const char *name, const char *words) {
    if (words[0]) buffer_addf(to, "%-9s %s\n", name, words);
}

static void add_rate(
    struct buffer *to, const char *arm, uint64_t failed, uint64_t units,
    const float bounds[2]) {
    buffer_addf(to, "  %s %" PRIu64 "/%" PRIu64, arm, failed, units);
    if (isfinite(bounds[0]) && isfinite(bounds[1])) {
        buffer_addf(
            to, " [%.2f %%, %.2f %%]", (double)bounds[0] * 100,
            (double)bounds[1] * 100);
    }
}

static void add_metrics(struct buffer *to, const struct rollout_status *status) {
    for (uint32_t i = 0; i < status->metric_count; i++) {
        const struct rollout_metric *metric = &status->metrics[i];
        const float stable[] = {metric->stable_low, metric->stable_high};
        const float canary[] = {metric->canary_low, metric->canary_high};
        buffer_addf(to, "  %-18s", metric->name);
        if (metric->stable_units == 0 && metric->canary_units == 0) {
            buffer_addf(to, "  nothing measured yet\n");
            continue;
        }
        add_rate(to, "stable", metric->stable_failed, metric->stable_units, stable);
        add_rate(to, "canary", metric->canary_failed, metric->canary_units, canary);
        if (isfinite(metric->harm)) {
            buffer_addf(to, "  harm %.3g", (double)metric->harm);
        }
        buffer_add_char(to, '\n');
    }
}

static void add_gauges(struct buffer *to, const struct rollout_status *status) {
    if (isfinite(status->harm) && status->harm_limit > 0) { /* it has been looked at */
        buffer_addf(
            to, "harm      %.3g; %.3g rolls back\n", (double)status->harm,
            (double)status->harm_limit);
    }
    if (isfinite(status->bound) && isfinite(status->bound_limit)) {
        buffer_addf(
            to, "safety    at worst %+.2f pp failures more; %.2f pp may be promoted\n",
            (double)status->bound * 100, (double)status->bound_limit * 100);
    }
}

static void add_age(struct buffer *to, const char *track, uint32_t age_ms) {
    if (age_ms == UINT32_MAX) {
        buffer_addf(to, "%s none yet", track);
    } else {
        buffer_addf(to, "%s %.1f s old", track, (double)age_ms / 1000);
    }
}

/* "log, stable 0.4 s old, canary 3.1 s old", or with a source of its own for each. */
static void add_feeds(struct buffer *to, const struct rollout_status *status) {
    static const char *const tracks[] = {"stable", "canary"};
    const struct rollout_feed *feeds = status->feeds;
    for (unsigned i = 0; i < 2; i++) {
        bool is_new = i == 0 || feeds[i].source != feeds[0].source;
        if (i > 0) buffer_add_string(to, ", ");
        if (is_new) {
            buffer_addf(
                to, "%s, ", rollout_source_name((enum rollout_source)feeds[i].source));
        }
        add_age(to, tracks[i], feeds[i].age_ms);
    }
}

static void add_jobs(
    struct buffer *to, const char *track, const struct rollout_tally *tally) {
    buffer_addf(to, "%s: jobs %" PRIu32, track, tally->jobs_open);
    if (tally->jobs_open == 0) return;
    buffer_addf(to, ", the oldest for %.1f s", (double)tally->oldest_job_ms / 1000);
}

static void add_tallies(
    struct buffer *to, const struct rollout_tally *stable,
    const struct rollout_tally *canary) {
    buffer_addf(
        to,
        "left out  stable: clients left %" PRIu64 ", limited %" PRIu64
        "; canary: clients left %" PRIu64 ", limited %" PRIu64 "\n",
        stable->clients_left, stable->limited, canary->clients_left, canary->limited);
    buffer_addf(
        to,
        "rerouted  stable: redispatched %" PRIu64 "; canary: redispatched %" PRIu64
        ", strayed to stable %" PRIu64 "\n",
        stable->redispatched, canary->redispatched, canary->strayed);
    buffer_add_string(to, "in flight ");
    add_jobs(to, "stable", stable);
    buffer_add_string(to, "; ");
    add_jobs(to, "canary", canary);
    buffer_add_char(to, '\n');
}

static bool is_counted(const struct rollout_status *status) {
    uint8_t source = status->feeds[1].source;
    return source == ROLLOUT_SOURCE_METRICS || source == ROLLOUT_SOURCE_PROMETHEUS;
}

static void add_data(struct buffer *to, const struct rollout_status *status) {
    buffer_add_string(to, "data      ");
    if (status->feeds[0].source != ROLLOUT_SOURCE_NONE) {
        add_feeds(to, status);
    } else {
        buffer_add_string(to, "none: neither a router's log nor metrics to ask for");
    }
    bool is_told = status->feeds[0].tally.known && status->feeds[1].tally.known;
    if (status->jobs_open > 0 && !is_told) {
        buffer_addf(
            to, ", %" PRIu32 " jobs open, the oldest for %.1f s", status->jobs_open,
            (double)status->oldest_job_ms / 1000);
    }
    buffer_add_char(to, '\n');
    if (is_told) {
        add_tallies(to, &status->feeds[0].tally, &status->feeds[1].tally);
    } else if (is_counted(status)) {
        buffer_add_string(
            to, "left out  not known: counters do not tell requests apart\n");
    }
    const struct rollout_feed *feeds = status->feeds;
    if (feeds[0].restarts + feeds[1].restarts == 0) return;
    buffer_addf(
        to, "restarts  processes of stable %" PRIu32 ", of the canary %" PRIu32 "\n",
        feeds[0].restarts, feeds[1].restarts);
}

static void add_guard(struct buffer *to, const struct rollout_status *status) {
    if (status->lease_ms > 0) {
        buffer_addf(to, "lease     %.1f s\n", (double)status->lease_ms / 1000);
    }
    if (status->guarded) return;
    buffer_add_string(
        to, "NOT guarded: nothing takes the traffic back when the controller dies\n");
}

static void add_past(struct buffer *to, const struct rollout_report *report) {
    const struct rollout_status *status = report->status;
    char words[ROLLOUT_LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_add(
        &text,
        status->ended ? "it ended at " : "its controller has gone, last seen at ");
    units_add_timestamp(&text, status->since_ms);
    add_row(to, "past", words);
    if (status->ended) return;
    buffer_addf(
        to, "          flightdeck canary resume --target %s takes it up again\n",
        report->target);
}

void rollout_report_text(const struct rollout_report *report, struct buffer *to) {
    const struct rollout_status *status = report->status;
    char line[ROLLOUT_LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (!status || !status->known) {
        buffer_addf(to, "%s: no rollout is under way\n", report->target);
        return;
    }
    rollout_report_line(status, &text);
    buffer_addf(
        to, "%s  %s -> %s  %s\n", report->target, status->from, status->to, line);
    buffer_addf(
        to, "owner     %s@%s, epoch %" PRIu64 ", rollout %s\n", status->holder,
        status->host, status->epoch, status->id);
    if (report->past) {
        add_past(to, report);
    } else if (!status->ended) {
        add_data(to, status);
        add_guard(to, status);
    }
    add_row(to, "recording", status->unrecorded);
    add_gauges(to, status);
    add_metrics(to, status);
    add_row(to, "next", status->next);
    add_row(to, "why not", status->why_not_now);
    if (status->undoable) {
        buffer_addf(
            to, "undo      flightdeck canary undo --target %s\n", report->target);
    }
}
