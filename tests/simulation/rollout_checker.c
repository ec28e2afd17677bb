/* SPDX-License-Identifier: MIT */
#include "simulation/rollout_checker.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "simulation/checking.h"

static void on_plan(struct checking *checking) {
    char value[LOG_VALUE_SIZE], *at = value;
    checking->hold_ms = checking_number(checking, "hold");
    checking->max_ms = checking_number(checking, "max");
    checking->stale_ms = checking_number(checking, "stale");
    log_line_value(&checking->line, "budget", value);
    checking->budget = strtod(value, NULL);
    log_line_value(&checking->line, "steps", value);
    while (*at && checking->step_count < STEPS_MAX) {
        checking->steps[checking->step_count++] = strtol(at, &at, 10);
        if (*at == ',') at++;
    }
}

/* The life of controllers */

static void on_start(struct checking *checking) {
    long epoch = checking_number(checking, "epoch");
    checking_require(
        checking, epoch > checking->newest_epoch, CHECKER_EPOCH,
        "a controller begins with an epoch that was there before");
    checking->was_restarted = checking->newest_epoch > 0;
    checking->epoch = checking->newest_epoch = epoch;
    checking->runs = true;
    checking->is_deposed = false;
    checking->started_ms = checking->seen_ms = checking->line.ms;
    checking->has_looked = checking->has_to_hold = false;
    checking->canary_units = 0;
    checking->clock_ms = checking->patience_ms = 0;
    checking->blind_since_ms = -1;
}

/* It took the place, and could not write that down: who was there before may still hear
 * what it has written, and may do nothing any more. */
static void on_unborn(struct checking *checking) {
    checking->newest_epoch = checking_number(checking, "epoch");
    checking->is_deposed = true;
    checking->is_silent = false; /* nobody is left to write it */
}

/* What is done */

static void check_intent(struct checking *checking, const char *op) {
    long weight_bp = checking_number(checking, "bp");
    bool is_meant = strcmp(checking->op, op) == 0;
    if (strcmp(op, "weight") == 0) is_meant = is_meant && weight_bp == checking->op_bp;
    if (strcmp(op, "back") == 0) {
        is_meant =
            is_meant || checking_is_op(checking, "release") || checking->was_refused;
    }
    if (strcmp(op, "restore") == 0) is_meant = is_meant || checking->was_refused;
    if (strcmp(op, "renew") == 0) {
        is_meant = weight_bp > 0 && (weight_bp == checking->asked_bp ||
                                     weight_bp == checking->before_bp);
    }
    checking_require(
        checking, is_meant, CHECKER_INTENT, "done, and not written down before");
}

static void on_act(struct checking *checking) {
    char op[LOG_VALUE_SIZE];
    log_line_value(&checking->line, "op", op);
    checking->findings->acts++;
    checking_check_epoch(checking);
    checking_require(
        checking, !checking->is_deposed, CHECKER_EPOCH,
        "somebody acts whose place was taken");
    check_intent(checking, op);
    if (strcmp(op, "back") == 0) {
        bool is_meant = checking->goes_back || checking_is_op(checking, "release");
        if (!is_meant) checking->is_silent = true;
        return;
    }
    if (strcmp(op, "finalize") == 0) checking->is_replaced = true;
    if (strcmp(op, "restore") == 0) checking->is_replaced = false;
    /* Users may wait where they are for stable to be what it was; that it is restored
     * may be what the disk did not take. */
    bool waits = checking_is_op(checking, "restore")
                     ? strcmp(op, "restore") == 0 || strcmp(op, "renew") == 0
                     : strcmp(op, "restore") == 0 && checking->was_refused;
    checking_require(
        checking, !checking->goes_back || waits, CHECKER_ROLLBACK,
        "it went back, and something else is done");
    checking_require(
        checking, checking->has_looked || !checking->was_restarted, CHECKER_READ_BACK,
        "done before the router was read");
    bool is_raise = strcmp(op, "weight") == 0;
    /* What came to the disk too late for that may still be written down. */
    checking_require(
        checking, checking->is_sighted || !is_raise, CHECKER_BLIND,
        "raised without data");
    if (!is_raise && strcmp(op, "renew") != 0) return;
    checking_require(
        checking, !checking->drifted, CHECKER_READ_BACK,
        "somebody else's weight is overwritten");
    checking_require(
        checking, checking_step_of(checking, checking_number(checking, "bp")) >= 0,
        CHECKER_STEPS, "not one of the steps");
}

/* What is seen */

static bool has_to_agree(const struct checking *checking) {
    static const char *const phases[] = {"watching", "hold", "finalizing", "done"};
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        if (strcmp(checking->phase, phases[i]) == 0) return true;
    }
    return false;
}

static void on_look(struct checking *checking) {
    long weight_bp = checking_number(checking, "bp");
    if (checking_number(checking, "known") == 0) return;
    bool is_raising =
        strcmp(checking->phase, "raising") == 0 || strcmp(checking->phase, "hold") == 0;
    bool fits = weight_bp == checking->asked_bp ||
                (is_raising && weight_bp == checking->before_bp);
    if (!checking->has_looked && checking->was_restarted) {
        checking->has_to_hold = !fits;
    } else if (has_to_agree(checking) && !fits) {
        checking->drifted = true;
    }
    checking->has_looked = true;
    if (checking->step >= 0 && weight_bp == checking->steps[checking->step]) {
        checking->step_is_read = true;
    }
}

static void check_blindness(struct checking *checking) {
    bool watches = strcmp(checking->phase, "watching") == 0 && !checking->is_unsure;
    if (!watches || !checking->runs || checking->age_ms <= checking->stale_ms) {
        checking->blind_since_ms = -1;
    } else if (checking->blind_since_ms < 0) {
        checking->blind_since_ms = checking->line.ms;
    } else {
        checking_require(
            checking, checking->line.ms - checking->blind_since_ms <= LATE_MS,
            CHECKER_BLIND, "it goes on without data");
    }
}

static void on_seen(struct checking *checking) {
    checking->was_blind = checking->age_ms > checking->stale_ms;
    checking->age_ms = checking_number(checking, "age");
    checking->canary_units += (double)checking_number(checking, "canary");
    bool counts = checking->runs && strcmp(checking->phase, "watching") == 0 &&
                  checking->age_ms <= checking->stale_ms;
    if (counts) {
        checking->clock_ms += checking->line.ms - checking->seen_ms;
        if (!checking->is_unsure) {
            checking->patience_ms += checking->line.ms - checking->seen_ms;
        }
    }
    checking->seen_ms = checking->line.ms;
    checking_require(
        checking,
        !checking->is_silent || checking->line.ms - checking->refused_ms <= LATE_MS,
        CHECKER_INTENT, "it goes back, and never wrote that down");
    check_blindness(checking);
    checking_require(
        checking, checking->patience_ms <= checking->max_ms + LATE_MS,
        CHECKER_CUT_SHORT, "the time of the step is over, and it is not held");
}

/* Where it stands is not on disk any more, until something is again. */
static void on_refused(struct checking *checking) {
    checking->was_refused = checking->is_unsure = true;
    checking->refused_ms = checking->line.ms;
}

static void on_died(struct checking *checking) {
    checking->runs = checking->is_silent = false;
}

/* Of who is the controller: the one before may have begun one, too. */
static void on_smoke(struct checking *checking) {
    if (checking_number(checking, "epoch") != checking->epoch) return;
    checking->smoke_passed = checking_says(checking, "result", "pass");
}

static void on_end(struct checking *checking) {
    if (!checking->goes_back) return;
    bool is_over = strcmp(checking->phase, "rolled-back") == 0 ||
                   strcmp(checking->phase, "stranded") == 0;
    checking_require(
        checking, is_over, CHECKER_ROLLBACK, "it went back, and never arrived");
}

static void take_line(struct checking *checking) {
    static const struct {
        const char *word;
        void (*take)(struct checking *checking);
    } rows[] = {
        {"plan", on_plan},
        {"start", on_start},
        {"died", on_died},
        {"unborn", on_unborn},
        {"commit", checking_take_commit},
        {"act", on_act},
        {"look", on_look},
        {"refused", on_refused},
        {"seen", on_seen},
        {"smoke", on_smoke},
        {"end", on_end},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(checking->line.word, rows[i].word) == 0) rows[i].take(checking);
    }
}

void rollout_checker_run(const char *log, struct checker_findings *findings) {
    struct checking checking = {
        .findings = findings, .step = -1, .blind_since_ms = -1, .is_sighted = true};
    memset(findings, 0, sizeof *findings);
    while ((log = log_line_take(log, &checking.line)) != NULL) {
        take_line(&checking);
        findings->lines++;
    }
}

const char *checker_rule_words(enum checker_rule rule) {
    static const char *const words[] = {
#define X(id, text) [id] = (text),
        CHECKER_RULES(X)
#undef X
    };
    return words[rule];
}
