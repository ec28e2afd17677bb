/* SPDX-License-Identifier: MIT */
#include "simulation/rollout_checker.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulation/log_line.h"

enum {
    STEPS_MAX = 16,
    ALL_BP = 10000,
    LATE_MS = 4000, /* how long it may take to see something */
};

/* One line, and what all lines before it have come to. */
struct checking {
    struct checker_findings *findings;
    struct log_line line;
    /* the plan */
    long hold_ms, max_ms, stale_ms;
    double budget;
    long steps[STEPS_MAX];
    int step_count;
    /* the controller */
    long epoch, newest_epoch;
    bool runs, is_deposed; /* deposed: somebody has taken its place */
    long started_ms;
    bool has_looked, has_to_hold, was_restarted;
    /* what is written down */
    char phase[LOG_VALUE_SIZE];
    char op[LOG_VALUE_SIZE]; /* of the last intent */
    long op_bp, op_epoch;
    long asked_bp, before_bp; /* the weight that holds, and the one before it */
    int step;                 /* of the last weight that was meant; -1 before */
    bool step_is_read;
    bool goes_back, was_refused, is_unsure;
    bool is_silent;             /* it goes back, and that is not written down */
    long refused_ms;            /* when the disk took nothing last */
    bool was_done, is_replaced; /* promoted; stable was given the version */
    /* what was seen */
    bool drifted;
    long clock_ms, patience_ms; /* watched: of this weight, and since a person spoke */
    long seen_ms, age_ms, blind_since_ms;
    double canary_units; /* since the controller began */
    bool was_blind;      /* a beat ago */
    bool smoke_passed;
};

static long number_of(const struct checking *checking, const char *key) {
    return log_line_number(&checking->line, key);
}

static bool says(const struct checking *checking, const char *key, const char *wanted) {
    return log_line_says(&checking->line, key, wanted);
}

static void broken(struct checking *checking, enum checker_rule rule, const char *why) {
    struct checker_findings *findings = checking->findings;
    if (findings->broken[rule]++ > 0) return;
    snprintf(
        findings->first[rule], CHECKER_WORDS_SIZE, "%.96s: %.140s", why,
        checking->line.text);
}

static void require(
    struct checking *checking, bool holds, enum checker_rule rule, const char *why) {
    if (!holds) broken(checking, rule, why);
}

static bool is_op(const struct checking *checking, const char *op) {
    return strcmp(checking->op, op) == 0;
}

static int step_of(const struct checking *checking, long weight_bp) {
    for (int i = 0; i < checking->step_count; i++) {
        if (checking->steps[i] == weight_bp) return i;
    }
    return -1;
}

static void on_plan(struct checking *checking) {
    char value[LOG_VALUE_SIZE], *at = value;
    checking->hold_ms = number_of(checking, "hold");
    checking->max_ms = number_of(checking, "max");
    checking->stale_ms = number_of(checking, "stale");
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
    long epoch = number_of(checking, "epoch");
    require(
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
    checking->newest_epoch = number_of(checking, "epoch");
    checking->is_deposed = true;
}

static void check_epoch(struct checking *checking) {
    require(
        checking, checking->runs && number_of(checking, "epoch") == checking->epoch,
        CHECKER_EPOCH, "somebody acts who is not the controller any more");
}

/* What is written down */

/* Not even the most lenient test promotes with fewer good units: 95 % sure, one look. */
static double units_needed(const struct checking *checking, int next) {
    if (next >= checking->step_count) next = checking->step_count - 1;
    double allowed = checking->budget * ALL_BP / (double)checking->steps[next];
    if (allowed > 0.1) allowed = 0.1;
    return log(0.05) / log(1 - allowed);
}

/* What has only just gone dark may not have been looked at yet. */
static void check_sight(struct checking *checking) {
    bool is_late = checking->line.ms - checking->seen_ms > LATE_MS;
    bool is_blind = checking->age_ms > checking->stale_ms && checking->was_blind;
    require(checking, !is_late && !is_blind, CHECKER_BLIND, "raised without data");
}

static void check_promotion(struct checking *checking, int next) {
    check_sight(checking);
    if (!says(checking, "actor", "auto")) return;
    bool is_full = checking->clock_ms + LATE_MS / 4 >= checking->hold_ms &&
                   checking->canary_units >= units_needed(checking, next);
    require(
        checking, is_full, CHECKER_EVIDENCE,
        "promoted without a window of its own evidence");
}

static void check_weight(struct checking *checking) {
    long weight_bp = number_of(checking, "bp");
    int step = step_of(checking, weight_bp);
    require(checking, step >= 0, CHECKER_STEPS, "not one of the steps");
    if (step < 0) return;
    if (checking->step >= 0 && step > checking->step) {
        require(
            checking, step == checking->step + 1 && checking->step_is_read,
            CHECKER_STEPS, "a step was left out");
        check_promotion(checking, step);
    } else {
        /* A person may begin anew, where nobody knows what it was taken back for. */
        bool is_anew = checking->was_restarted && !says(checking, "actor", "auto");
        bool is_same = step == (checking->step < 0 ? 0 : checking->step);
        require(
            checking, is_same || (step == 0 && is_anew), CHECKER_STEPS,
            "back to an earlier step");
        /* By itself only what was meant already is done again, after a crash. */
        if (!says(checking, "actor", "auto")) check_sight(checking);
    }
    require(
        checking, checking->smoke_passed, CHECKER_CUT_SHORT,
        "traffic for a canary whose smoke test was not passed");
    checking->step = step;
    checking->step_is_read = checking->was_done = false;
    checking->drifted = false;
}

static void check_way_back(struct checking *checking) {
    bool is_back = strstr(checking->line.text, " phase=roll") != NULL ||
                   says(checking, "phase", "stranded");
    if (checking->goes_back) {
        require(checking, is_back, CHECKER_ROLLBACK, "it went back, and goes on again");
    }
    if (is_back || says(checking, "op", "back")) checking->goes_back = true;
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
    checking->op_bp = number_of(checking, "bp");
    checking->op_epoch = number_of(checking, "epoch");
    checking->was_refused = false;
    if (strcmp(op, "weight") == 0) checking->before_bp = number_of(checking, "before");
}

static void take_phase(struct checking *checking) {
    bool is_a_person = !says(checking, "actor", "auto");
    bool is_anew = strcmp(checking->phase, "raising") == 0;
    if (is_anew) checking->clock_ms = 0;
    if (is_anew || is_a_person) checking->patience_ms = 0;
    if (is_a_person) checking->drifted = false;
    log_line_value(&checking->line, "phase", checking->phase);
    checking->asked_bp = number_of(checking, "asked");
}

static void check_end(struct checking *checking) {
    bool is_end = says(checking, "phase", "done") || says(checking, "op", "finalize");
    if (says(checking, "phase", "rolled-back")) {
        require(
            checking, !checking->is_replaced, CHECKER_ROLLBACK,
            "it went back to a stable that has the version");
    }
    if (!is_end || checking->was_done) return;
    bool is_last = checking->step == checking->step_count - 1;
    require(
        checking, is_last && checking->step_is_read, CHECKER_STEPS,
        "finished before the last step");
    check_promotion(checking, checking->step_count);
    checking->was_done = true;
}

static void on_commit(struct checking *checking) {
    checking->findings->commits++;
    checking->is_unsure = false;
    check_epoch(checking);
    check_way_back(checking);
    checking->is_silent = false;
    if (checking->has_to_hold) {
        bool is_careful = says(checking, "phase", "hold") || checking->goes_back ||
                          says(checking, "op", "release") ||
                          !says(checking, "actor", "auto");
        require(
            checking, is_careful, CHECKER_READ_BACK,
            "the router differs, and it goes on by itself");
        checking->has_to_hold = false;
    }
    if (says(checking, "op", "weight")) check_weight(checking);
    check_end(checking);
    take_intent(checking);
    take_phase(checking);
}

/* What is done */

static void check_intent(struct checking *checking, const char *op) {
    long weight_bp = number_of(checking, "bp");
    bool is_meant = strcmp(checking->op, op) == 0;
    if (strcmp(op, "weight") == 0) is_meant = is_meant && weight_bp == checking->op_bp;
    if (strcmp(op, "back") == 0) {
        is_meant = is_meant || is_op(checking, "release") || checking->was_refused;
    }
    if (strcmp(op, "restore") == 0) is_meant = is_meant || checking->was_refused;
    if (strcmp(op, "renew") == 0) {
        is_meant = weight_bp > 0 && (weight_bp == checking->asked_bp ||
                                     weight_bp == checking->before_bp);
    }
    require(checking, is_meant, CHECKER_INTENT, "done, and not written down before");
}

static void on_act(struct checking *checking) {
    char op[LOG_VALUE_SIZE];
    log_line_value(&checking->line, "op", op);
    checking->findings->acts++;
    check_epoch(checking);
    require(
        checking, !checking->is_deposed, CHECKER_EPOCH,
        "somebody acts whose place was taken");
    check_intent(checking, op);
    if (strcmp(op, "back") == 0) {
        bool is_meant = checking->goes_back || is_op(checking, "release");
        if (!is_meant) checking->is_silent = true;
        return;
    }
    if (strcmp(op, "finalize") == 0) checking->is_replaced = true;
    if (strcmp(op, "restore") == 0) checking->is_replaced = false;
    /* Users may wait where they are for stable to be what it was; that it is restored may
     * be what the disk did not take. */
    bool waits = is_op(checking, "restore")
                     ? strcmp(op, "restore") == 0 || strcmp(op, "renew") == 0
                     : strcmp(op, "restore") == 0 && checking->was_refused;
    require(
        checking, !checking->goes_back || waits, CHECKER_ROLLBACK,
        "it went back, and something else is done");
    require(
        checking, checking->has_looked || !checking->was_restarted, CHECKER_READ_BACK,
        "done before the router was read");
    bool is_weight = strcmp(op, "weight") == 0 || strcmp(op, "renew") == 0;
    if (!is_weight) return;
    require(
        checking, !checking->drifted, CHECKER_READ_BACK,
        "somebody else's weight is overwritten");
    require(
        checking, step_of(checking, number_of(checking, "bp")) >= 0, CHECKER_STEPS,
        "not one of the steps");
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
    long weight_bp = number_of(checking, "bp");
    if (number_of(checking, "known") == 0) return;
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
        require(
            checking, checking->line.ms - checking->blind_since_ms <= LATE_MS,
            CHECKER_BLIND, "it goes on without data");
    }
}

static void on_seen(struct checking *checking) {
    checking->was_blind = checking->age_ms > checking->stale_ms;
    checking->age_ms = number_of(checking, "age");
    checking->canary_units += (double)number_of(checking, "canary");
    bool counts = checking->runs && strcmp(checking->phase, "watching") == 0 &&
                  checking->age_ms <= checking->stale_ms;
    if (counts) {
        checking->clock_ms += checking->line.ms - checking->seen_ms;
        if (!checking->is_unsure) {
            checking->patience_ms += checking->line.ms - checking->seen_ms;
        }
    }
    checking->seen_ms = checking->line.ms;
    require(
        checking,
        !checking->is_silent || checking->line.ms - checking->refused_ms <= LATE_MS,
        CHECKER_INTENT, "it goes back, and never wrote that down");
    check_blindness(checking);
    require(
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
    if (number_of(checking, "epoch") != checking->epoch) return;
    checking->smoke_passed = says(checking, "result", "pass");
}

static void on_end(struct checking *checking) {
    if (!checking->goes_back) return;
    bool is_over = strcmp(checking->phase, "rolled-back") == 0 ||
                   strcmp(checking->phase, "stranded") == 0;
    require(checking, is_over, CHECKER_ROLLBACK, "it went back, and never arrived");
}

static void take_line(struct checking *checking) {
    static const struct {
        const char *word;
        void (*take)(struct checking *checking);
    } rows[] = {
        {"plan", on_plan},     {"start", on_start},     {"died", on_died},
        {"unborn", on_unborn}, {"commit", on_commit},   {"act", on_act},
        {"look", on_look},     {"refused", on_refused}, {"seen", on_seen},
        {"smoke", on_smoke},   {"end", on_end},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(checking->line.word, rows[i].word) == 0) rows[i].take(checking);
    }
}

void rollout_checker_run(const char *log, struct checker_findings *findings) {
    struct checking checking = {.findings = findings, .step = -1, .blind_since_ms = -1};
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
