/* SPDX-License-Identifier: MIT */
#include "support/fixture_canary.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

enum { MINUTE_MS = 60000 };

static const struct rollout_metric metrics[] = {
    {"errors", 8412, 42, 139, 2, 6.1F, 0.0036F, 0.0069F, 0.0011F, 0.0513F},
    {"slower than p50", 8412, 4206, 139, 71, 1.2F, 0.482F, 0.518F, 0.391F, 0.629F},
    {"slower than p90", 8412, 841, 139, 16, 1.4F, 0.091F, 0.110F, 0.058F, 0.199F},
    {"slower than p95", 8412, 429, 139, 8, 1.1F, 0.045F, 0.057F, 0.021F, 0.128F},
    {"slower than p99", 8412, 84, 139, 1, 0.6F, 0.0077F, 0.0128F, 0.0003F, 0.0453F},
    {"tool failures", 5120, 31, 84, 0, 0.4F, 0.0039F, 0.0089F, 0, 0.0462F},
    {"refusals", 8412, 25, 139, 1, 1.3F, 0.0018F, 0.0047F, 0.0003F, 0.0453F},
    {"cost above p95", 0, 0, 0, 0, NAN, 0, 1, 0, 1}, /* of a model without a price */
    {"tokens above p95", 8412, 421, 139, 9, 1.5F, 0.0443F, 0.0566F, 0.0262F, 0.1355F},
};

enum { METRICS = sizeof metrics / sizeof *metrics };

const char *fixture_rollout_name(enum fixture_rollout kind) {
    static const char *const names[FIXTURE_ROLLOUTS] = {
        "deploying", "watching",    "harmful", "blind",      "split",        "drift",
        "undecided", "rolled-back", "refused", "undeployed", "smoke-failed", "undone",
        "stranded",  "promoted",    "orphan",  "silent",
    };
    return names[kind];
}

static void say(
    struct rollout_status *rollout, const char *reason, const char *next,
    const char *why_not_now) {
    text_copy(rollout->reason, sizeof rollout->reason, reason);
    text_copy(rollout->next, sizeof rollout->next, next);
    text_copy(rollout->why_not_now, sizeof rollout->why_not_now, why_not_now);
}

static void hold(struct rollout_status *rollout, enum rollout_hold hold) {
    rollout->phase = ROLLOUT_HOLD;
    rollout->hold = (uint8_t)hold;
    rollout->left_ms = 0;
}

/* Before any traffic there is nothing to measure. */
static void forget_figures(struct rollout_status *rollout) {
    rollout->metric_count = 0;
    rollout->seen = rollout->split_evidence = rollout->harm = NAN;
    rollout->bound = rollout->bound_limit = NAN;
    rollout->data_age_ms = UINT32_MAX;
    rollout->feeds[0].age_ms = rollout->feeds[1].age_ms = UINT32_MAX;
    rollout->jobs_open = rollout->oldest_job_ms = 0;
    rollout->feeds[0].tally = rollout->feeds[1].tally = (struct rollout_tally){0};
    rollout->canary_missing = 0;
    rollout->lease_ms = rollout->in_step_ms = rollout->left_ms = 0;
    for (unsigned track = 0; track < 2; track++) {
        for (unsigned i = 0; i < 3; i++) {
            rollout->latency[track][i] = (struct rollout_latency){NAN, NAN, NAN};
        }
    }
}

static struct rollout_status watching(uint64_t at_ns) {
    struct rollout_status rollout = {
        .known = true,
        .id = "01JZQW3T5V7X9ZB1D3F5H7K9M1",
        .from = "v1.5.0",
        .to = "v1.6.0",
        .holder = "mreyes",
        .host = "ops1",
        .since_ms = 1795356367000, /* 16 minutes before */
        .epoch = 7,
        .version = 12,
        .phase = ROLLOUT_WATCHING,
        .guarded = true,
        .step = 2,
        .steps = 4,
        .steps_bp = {500, 2500, 5000, 10000},
        .wanted_bp = 2500,
        .seen = 0.246F,
        .lease_ms = 4100,
        .in_step_ms = 6 * MINUTE_MS + 12000,
        .hold_each_ms = 10 * MINUTE_MS,
        .max_each_ms = 60 * MINUTE_MS,
        .left_ms = 3 * MINUTE_MS + 48000,
        .data_age_ms = 800,
        .data_age_most_ms = 15000,
        .feeds =
            {{ROLLOUT_SOURCE_LOG, 800, 0, {true, 31, 4, 1, 0, 9, 8000}},
             {ROLLOUT_SOURCE_LOG, 3100, 0, {true, 1, 0, 2, 1, 3, 11000}}},
        .jobs_open = 12,
        .oldest_job_ms = 11000,
        .canary_missing = 41,
        .harm = 3.6F,
        .harm_limit = 100,
        .bound = 0.034F,
        .bound_limit = 0.02F,
        .split_evidence = 0.3F,
        .metric_count = METRICS,
        .latency =
            {{{1210, 1180, 1240}, {6300, 6050, 6580}, {14000, 13100, 15200}},
             {{1300, 1120, 1490}, {7100, 4900, NAN}, {15100, NAN, NAN}}},
        .at_ns = at_ns,
    };
    memcpy(rollout.metrics, metrics, sizeof metrics);
    rollout.reached = ROLLOUT_WATCHING;
    say(&rollout, "", "promote to 50% when the safety bound is at most 2.0pp",
        "139 of ~180 canary requests, and 03:48 of the least time are left");
    return rollout;
}

static void deploy(struct rollout_status *rollout) {
    forget_figures(rollout);
    rollout->phase = rollout->reached = ROLLOUT_DEPLOYING;
    rollout->step = 0;
    rollout->wanted_bp = 0;
    say(rollout, "waiting for 1 of 2 instances of v1.6.0",
        "smoke checks against the canary itself", "the canary is not ready yet");
}

static void harm(struct rollout_status *rollout) {
    rollout->metrics[0].canary_failed = 6;
    rollout->metrics[0].harm = 88.1F;
    rollout->metrics[0].canary_low = 0.0131F;
    rollout->metrics[0].canary_high = 0.1037F;
    rollout->harm = 44.5F;
    rollout->bound = 0.098F;
    rollout->canary_missing = UINT64_MAX;
    say(rollout, "", "roll back at E 100", "the evidence speaks against it");
}

static void go_blind(struct rollout_status *rollout) {
    hold(rollout, ROLLOUT_HELD_BLIND);
    rollout->data_age_ms = rollout->feeds[0].age_ms = 47000;
    rollout->feeds[1].age_ms = 61000;
    say(rollout, "the newest request is 47 s old", "goes on when data comes again",
        "without data nothing is promoted");
}

static void break_split(struct rollout_status *rollout) {
    hold(rollout, ROLLOUT_HELD_SPLIT);
    rollout->seen = 0.412F;
    rollout->split_evidence = 4.39e7F;
    say(rollout, "asked 25%, seen 41.2%: a connection is pinned, or a cache answers",
        "a person has to look, then G", "no figure can be trusted");
}

static void drift(struct rollout_status *rollout) {
    hold(rollout, ROLLOUT_HELD_DRIFT);
    rollout->guarded = false;
    rollout->lease_ms = 0;
    say(rollout, "the router says 10%, asked were 25%",
        "nothing is overwritten: G sets 25% again, X y goes back",
        "somebody else changed the router");
}

static void stay_undecided(struct rollout_status *rollout) {
    hold(rollout, ROLLOUT_HELD_TIME);
    rollout->in_step_ms = rollout->max_each_ms;
    say(rollout, "", "a person decides: G extends, :promote --force WHY, X y",
        "139 of ~180 canary requests in 60 minutes");
}

static void turn_back(struct rollout_status *rollout) {
    rollout->phase = ROLLOUT_ROLLED_BACK;
    rollout->ended = true;
    rollout->wanted_bp = 0;
    rollout->lease_ms = 0;
    rollout->seen = 0;
    rollout->metrics[0].canary_failed = 8;
    rollout->metrics[0].harm = 2140;
    rollout->harm = 1070;
    rollout->left_ms = 0;
    say(rollout, "errors 5.8% against 0.50%, E 1070 of 100",
        "the instances of v1.6.0 stay for ten minutes", "");
}

/* Before it had any traffic. */
static void fail_early(struct rollout_status *rollout, enum rollout_phase reached) {
    forget_figures(rollout);
    rollout->phase = ROLLOUT_ROLLED_BACK;
    rollout->reached = (uint8_t)reached;
    rollout->ended = true;
    rollout->step = 0;
    rollout->wanted_bp = 0;
    say(rollout, "smoke: 2 passed, 1 failed: chat: status 500", "", "");
}

static void refuse(struct rollout_status *rollout) {
    fail_early(rollout, ROLLOUT_PREFLIGHT);
    rollout->phase = ROLLOUT_IDLE;
    say(rollout, "stable is not healthy: 1 of 2 instances answers", "", "");
}

static void fail_to_deploy(struct rollout_status *rollout) {
    fail_early(rollout, ROLLOUT_DEPLOYING);
    say(rollout, "no instance of v1.6.0 was ready within 5m", "", "");
}

static void strand(struct rollout_status *rollout) {
    turn_back(rollout);
    rollout->phase = ROLLOUT_STRANDED;
    say(rollout, "weight 0 was set, the router still says 25%",
        "set the weight by hand, then say so with X y", "");
}

static void promote(struct rollout_status *rollout) {
    rollout->phase = rollout->reached = ROLLOUT_DONE;
    rollout->step = 4;
    rollout->wanted_bp = ROLLOUT_BASIS_POINTS;
    rollout->seen = 1;
    rollout->undoable = true;
    rollout->bound_limit = NAN;
    rollout->left_ms = 47 * MINUTE_MS;
    say(rollout, "", "v1.5.0 is taken down when it can be undone no more", "");
}

static void take_back(struct rollout_status *rollout) {
    promote(rollout);
    turn_back(rollout);
    rollout->undoable = false;
    text_copy(rollout->actor, sizeof rollout->actor, "mreyes");
    say(rollout, "users report empty answers", "", "");
}

struct rollout_status fixture_rollout(enum fixture_rollout kind, uint64_t at_ns) {
    struct rollout_status rollout = watching(at_ns);
    switch (kind) {
    case ROLLOUT_AT_DEPLOY: deploy(&rollout); break;
    case ROLLOUT_HARMFUL: harm(&rollout); break;
    case ROLLOUT_BLIND: go_blind(&rollout); break;
    case ROLLOUT_SPLIT: break_split(&rollout); break;
    case ROLLOUT_DRIFTED: drift(&rollout); break;
    case ROLLOUT_UNDECIDED: stay_undecided(&rollout); break;
    case ROLLOUT_TURNED_BACK: turn_back(&rollout); break;
    case ROLLOUT_REFUSED: refuse(&rollout); break;
    case ROLLOUT_UNDEPLOYED: fail_to_deploy(&rollout); break;
    case ROLLOUT_UNSOUND: fail_early(&rollout, ROLLOUT_SMOKE); break;
    case ROLLOUT_UNDONE: take_back(&rollout); break;
    case ROLLOUT_NEEDS_PERSON: strand(&rollout); break;
    case ROLLOUT_PROMOTED: promote(&rollout); break;
    case ROLLOUT_ORPHANED:
        rollout.known = false;
        rollout.at_ns -= 31 * NS_PER_S;
        break;
    case ROLLOUT_MUTE: rollout.at_ns -= 12 * NS_PER_S; break;
    case ROLLOUT_AT_STEP:
    case FIXTURE_ROLLOUTS: break;
    }
    return rollout;
}

/* Its evidence at that share of the way, with the ups and downs of single failures. */
static float harm_at(float harm, double share, unsigned second) {
    double wave = 0.15 * sin((double)second / 7) + 0.1 * sin((double)second / 3);
    return isnan(harm) ? NAN : powf(harm, (float)(share * share + wave * (1 - share)));
}

void fixture_rollout_recall(
    struct model *model, enum fixture_rollout kind, uint64_t at_ns) {
    enum { PAST_S = 250 };
    struct rollout_status past = fixture_rollout(kind, at_ns);
    const struct rollout_status now = past;
    past.known = true;
    past.ended = false;
    model->rollout.id[0] = '\0'; /* whatever was there before */
    for (unsigned second = 0; second <= PAST_S; second++) {
        double share = (double)second / PAST_S;
        for (uint32_t i = 0; i < past.metric_count; i++) {
            past.metrics[i].harm = harm_at(now.metrics[i].harm, share, second + 5 * i);
        }
        uint64_t ago_ns = (uint64_t)(PAST_S - second) * NS_PER_S;
        rollout_trend_take(&model->rollout, &past, at_ns - ago_ns);
    }
}
