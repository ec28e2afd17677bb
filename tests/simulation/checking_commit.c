/* What is written down: each transition, before anything is done. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "simulation/checking.h"

/* Not even the most lenient test promotes with fewer good units: 95 % sure, one look,
 * beside a stable that fails that often itself. */
static const double stable_failing = 0.1;

static double units_needed(const struct checking *checking, int next) {
    if (next >= checking->step_count) next = checking->step_count - 1;
    double allowed = checking->budget * ALL_BP / (double)checking->steps[next];
    if (allowed > 0.1) allowed = 0.1;
    return log(0.05) / log(1 - allowed - stable_failing);
}

/* What has only just gone dark may not have been looked at yet. */
static void check_sight(struct checking *checking) {
    bool is_late = checking->line.ms - checking->seen_ms > LATE_MS;
    bool is_blind = checking->age_ms > checking->stale_ms && checking->was_blind;
    checking->is_sighted = !is_late && !is_blind;
}

static void check_promotion(struct checking *checking, int next) {
    check_sight(checking);
    if (!checking_says(checking, "actor", "auto")) return;
    bool is_full = checking->clock_ms + LATE_MS / 4 >= checking->hold_ms &&
                   checking->canary_units >= units_needed(checking, next);
    checking_require(
        checking, is_full, CHECKER_EVIDENCE,
        "promoted without a window of its own evidence");
}

static void check_weight(struct checking *checking) {
    long weight_bp = checking_number(checking, "bp");
    int step = checking_step_of(checking, weight_bp);
    checking->is_sighted = true;
    checking_require(checking, step >= 0, CHECKER_STEPS, "not one of the steps");
    if (step < 0) return;
    if (checking->step >= 0 && step > checking->step) {
        checking_require(
            checking, step == checking->step + 1 && checking->step_is_read,
            CHECKER_STEPS, "a step was left out");
        check_promotion(checking, step);
    } else {
        /* A person may begin anew, where nobody knows what it was taken back for. */
        bool is_anew =
            checking->was_restarted && !checking_says(checking, "actor", "auto");
        bool is_same = step == (checking->step < 0 ? 0 : checking->step);
        checking_require(
            checking, is_same || (step == 0 && is_anew), CHECKER_STEPS,
            "back to an earlier step");
        /* By itself only what was meant already is done again, after a crash. */
        if (!checking_says(checking, "actor", "auto")) check_sight(checking);
    }
    checking_require(
        checking, checking->smoke_passed, CHECKER_CUT_SHORT,
        "traffic for a canary whose smoke test was not passed");
    checking->step = step;
    checking->step_is_read = checking->was_done = false;
    checking->drifted = false;
}

static void check_way_back(struct checking *checking) {
    bool is_back = strstr(checking->line.text, " phase=roll") != NULL ||
                   checking_says(checking, "phase", "stranded");
    if (checking->goes_back) {
        checking_require(
            checking, is_back, CHECKER_ROLLBACK, "it went back, and goes on again");
    }
    if (is_back || checking_says(checking, "op", "back")) checking->goes_back = true;
}

static bool is_intent(const char *op) {
    static const char *const intents[] = {"deploy",  "weight",   "back",
                                          "restore", "finalize", "release"};
    for (size_t i = 0; i < sizeof intents / sizeof *intents; i++) {
        if (strcmp(op, intents[i]) == 0) return true;
    }
    return false;
}

static void take_intent(struct checking *checking) {
    char op[LOG_VALUE_SIZE];
    log_line_value(&checking->line, "op", op);
    if (!is_intent(op)) return;
    memcpy(checking->op, op, sizeof op);
    checking->op_bp = checking_number(checking, "bp");
    checking->op_epoch = checking_number(checking, "epoch");
    checking->was_refused = false;
    if (strcmp(op, "weight") != 0) return;
    checking->before_bp = checking_number(checking, "before");
}

/* It has watched since it decided to, whenever the disk took that. */
static void make_up_for_wait(struct checking *checking) {
    long at_ms = checking_number(checking, "at");
    long waited_ms = at_ms > 0 ? checking->line.ms - at_ms : 0;
    if (checking_says(checking, "phase", "watching") &&
        waited_ms > checking->clock_ms) {
        checking->clock_ms = waited_ms;
    }
}

/* A raise had not happened when its controller died:
 * the step before is watched again. */
static void take_step_back(struct checking *checking) {
    int before = checking->step - 1;
    bool is_back = before >= 0 && checking->was_restarted && !checking->step_is_read &&
                   strcmp(checking->phase, "watching") == 0 &&
                   checking->asked_bp == checking->steps[before];
    if (!is_back) return;
    checking->step = before;
    checking->step_is_read = true;
}

static void take_phase(struct checking *checking) {
    bool is_a_person = !checking_says(checking, "actor", "auto");
    bool is_anew = strcmp(checking->phase, "raising") == 0;
    if (is_anew) checking->clock_ms = 0;
    if (is_anew || is_a_person) checking->patience_ms = 0;
    if (is_a_person) checking->drifted = false;
    make_up_for_wait(checking);
    log_line_value(&checking->line, "phase", checking->phase);
    checking->asked_bp = checking_number(checking, "asked");
    take_step_back(checking);
}

static void check_end(struct checking *checking) {
    bool is_end = checking_says(checking, "phase", "done") ||
                  checking_says(checking, "op", "finalize");
    if (checking_says(checking, "phase", "rolled-back")) {
        checking_require(
            checking, !checking->is_replaced, CHECKER_ROLLBACK,
            "it went back to a stable that has the version");
    }
    if (!is_end || checking->was_done) return;
    bool is_last = checking->step == checking->step_count - 1;
    checking_require(
        checking, is_last && checking->step_is_read, CHECKER_STEPS,
        "finished before the last step");
    check_promotion(checking, checking->step_count);
    checking_require(
        checking, checking->is_sighted, CHECKER_BLIND, "finished without data");
    checking->was_done = true;
}

/* What was on its way to the disk when somebody
 * else took over may still arrive there. */
static void check_writer(struct checking *checking) {
    bool is_older = checking_number(checking, "epoch") < checking->newest_epoch;
    bool was_decided = checking_number(checking, "at") <= checking->started_ms;
    if (!is_older || !was_decided) checking_check_epoch(checking);
}

void checking_take_commit(struct checking *checking) {
    checking->findings->commits++;
    checking->is_unsure = false;
    check_writer(checking);
    check_way_back(checking);
    checking->is_silent = false;
    if (checking->has_to_hold) {
        bool is_careful = checking_says(checking, "phase", "hold") ||
                          checking->goes_back ||
                          checking_says(checking, "op", "release") ||
                          !checking_says(checking, "actor", "auto");
        checking_require(
            checking, is_careful, CHECKER_READ_BACK,
            "the router differs, and it goes on by itself");
        checking->has_to_hold = false;
    }
    if (checking_says(checking, "op", "weight")) check_weight(checking);
    check_end(checking);
    take_intent(checking);
    take_phase(checking);
}
