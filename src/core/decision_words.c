/* SPDX-License-Identifier: MIT */
#include "core/decision_words.h"

#include <math.h>

#include "base/text.h"
#include "base/units.h"
#include "core/book_rule.h"
#include "core/promotion_gate.h"
#include "core/weight.h"

static const double us_per_ms = 1000;

static void add_percent(struct text *text, double ratio) {
    units_add_percent(text, ratio);
    text_add(text, " %");
}

static void add_points(struct text *text, double ratio) {
    units_add_percent(text, ratio);
    text_add(text, " points");
}

static void add_ms(struct text *text, uint64_t ms) {
    units_add_duration(text, ms > UINT64_MAX / NS_PER_MS ? UINT64_MAX : ms * NS_PER_MS);
}

static void add_trials(struct text *text, const struct trials *trials) {
    text_addf(
        text, "%llu of %llu", (unsigned long long)trials->failures,
        (unsigned long long)trials->count);
    if (trials->count == 0) return;
    text_add(text, " (");
    add_percent(text, trials_rate(trials));
    text_add(text, ")");
}

/* "; " between the reasons. */
static void add_break(struct text *text) {
    if (text->length > 0) text_add(text, "; ");
}

static void add_evidence(struct text *text, const struct decision *decision) {
    text_addf(
        text, "evidence of harm %.3g of %.3g", decision->evidence,
        decision->evidence_limit);
}

/* Rolled back */

/* What has not ended is evidence already, and in no count yet. */
static void add_running(struct text *text, const struct harm *harm) {
    uint64_t users = harm->first[ARM_CANARY];
    uint64_t ended = harm->all[ARM_CANARY].failures;
    if (users <= ended) return;
    text_addf(
        text, " and %llu that have not ended", (unsigned long long)(users - ended));
}

static void say_harm(
    struct text *text, const struct decision *decision,
    const struct evidence *evidence) {
    add_evidence(text, decision);
    text_addf(text, ", most in %s", harm_metric_name(decision->metric));
    if (decision->metric == HARM_RANKS) return;
    const struct harm *harm = &evidence->harms[decision->metric];
    text_add(text, ": canary ");
    add_trials(text, &harm->all[ARM_CANARY]);
    add_running(text, harm);
    text_add(text, ", stable ");
    add_trials(text, &harm->all[ARM_STABLE]);
}

static void say_book(struct text *text, const struct evidence *evidence) {
    text_add(text, "the book's rule: errors of the canary ");
    add_trials(text, book_rule_errors(evidence, ARM_CANARY));
    text_add(text, ", of stable ");
    add_trials(text, book_rule_errors(evidence, ARM_STABLE));
    double canary = book_rule_p95_us(evidence, ARM_CANARY);
    double stable = book_rule_p95_us(evidence, ARM_STABLE);
    if (!isfinite(canary) || !isfinite(stable)) return;
    text_add(text, "; p95 ");
    add_ms(text, units_whole(canary / us_per_ms));
    text_add(text, " against ");
    add_ms(text, units_whole(stable / us_per_ms));
}

/* Frozen */

static void say_split(struct text *text, const struct split_check *split) {
    text_add(text, "the canary gets ");
    add_percent(text, split_check_seen(split));
    text_addf(text, " of %llu users instead of ", (unsigned long long)split->units);
    weight_add_percent(text, split->weight_bp);
    text_addf(
        text, ": evidence %.3g of %.0f", exp(split_check_log_value(split)),
        SPLIT_CHECK_LIMIT);
}

static void say_freeze(
    struct text *text, enum freeze freeze, const struct evidence *evidence,
    const struct decision_moment *moment) {
    switch (freeze) {
    case FREEZE_NONE:
    case FREEZE_COUNT: break;
    case FREEZE_SPLIT: say_split(text, evidence_broken_split(evidence)); break;
    case FREEZE_ROUTER:
        text_add(text, "the router's weight is not the one that was set");
        break;
    case FREEZE_BLIND:
        if (moment->contradicts) {
            text_add(text, "the data contradicts itself");
            break;
        }
        if (moment->data_age_ms == UINT64_MAX) {
            text_add(text, "no data has come yet");
            break;
        }
        text_add(text, "the data is ");
        add_ms(text, moment->data_age_ms);
        text_add(text, " old, at most ");
        add_ms(text, evidence->rules.data_age_most_ms);
        text_add(text, " is fresh");
        break;
    case FREEZE_SURROUNDINGS: {
        struct trials recent = surroundings_recent(&evidence->surroundings);
        text_add(text, "stable itself fails more than usual: ");
        add_trials(text, &recent);
        text_add(text, ", before ");
        add_trials(text, &evidence->surroundings.before);
        break;
    }
    }
}

/* Why not now */

static void say_bound(struct text *text, const struct decision *decision) {
    text_add(text, "extra failures up to ");
    add_points(text, decision->extra);
    text_add(text, " of ");
    add_points(text, decision->allowed);
}

static void say_overdue(
    struct text *text, const struct decision *decision,
    const struct decision_moment *moment) {
    bool is_safe = decision->extra <= decision->allowed &&
                   !(decision->extra_in_step > decision->allowed);
    if (moment->overdue == 0 || is_safe) return;
    add_break(text);
    if (moment->overdue == 1) {
        text_add(text, "1 overdue job of the canary counts as failed until it ends");
        return;
    }
    text_addf(
        text, "%llu overdue jobs of the canary count as failed until they end",
        (unsigned long long)moment->overdue);
}

static void say_requests(struct text *text, const struct decision *decision) {
    bool is_enough = decision->requests > 0 && decision->extra <= decision->allowed;
    if (is_enough) return;
    add_break(text);
    if (decision->requests_needed == PROMOTION_NEVER) {
        text_addf(
            text, "%llu canary requests, and no number is enough at this rate",
            (unsigned long long)decision->requests);
    } else {
        text_addf(
            text, "%llu of ~%llu canary requests",
            (unsigned long long)decision->requests,
            (unsigned long long)decision->requests_needed);
    }
    text_add(text, ", ");
    say_bound(text, decision);
}

static void say_immaterial(struct text *text, const struct decision *decision) {
    if (!(decision->evidence >= decision->evidence_limit)) return;
    add_evidence(text, decision);
    text_addf(
        text, ", but what is seen in %s is too little to matter",
        harm_metric_name(decision->metric));
}

static void say_users(struct text *text, const struct decision *decision) {
    if (decision->users >= decision->users_needed) return;
    add_break(text);
    text_addf(
        text, "%llu of %llu canary users", (unsigned long long)decision->users,
        (unsigned long long)decision->users_needed);
}

static void say_slowness(struct text *text, const struct decision *decision) {
    bool is_enough = decision->requests >= decision->requests_needed;
    if (decision->stable < decision->stable_needed) {
        add_break(text);
        text_addf(
            text, "%llu of %llu requests of stable that say what is slow",
            (unsigned long long)decision->stable,
            (unsigned long long)decision->stable_needed);
    } else if (is_enough && decision->measured < decision->measured_needed) {
        add_break(text);
        text_addf(
            text, "%llu of %llu canary requests since it is known what is slow",
            (unsigned long long)decision->measured,
            (unsigned long long)decision->measured_needed);
    }
}

static void say_step(struct text *text, const struct decision *decision) {
    bool is_enough = decision->requests >= decision->requests_needed;
    if (is_enough && decision->in_step < decision->in_step_needed) {
        add_break(text);
        text_addf(
            text, "%llu of %llu canary requests in this step",
            (unsigned long long)decision->in_step,
            (unsigned long long)decision->in_step_needed);
    }
    if (decision->extra_in_step > decision->allowed) {
        add_break(text);
        text_add(text, "in this step it fails ");
        add_points(text, decision->extra_in_step);
        text_add(text, " more often than stable, allowed are ");
        add_points(text, decision->allowed);
    }
}

static void say_time(
    struct text *text, const struct evidence *evidence,
    const struct decision_moment *moment) {
    if (moment->in_step_ms >= evidence->rules.hold_ms) return;
    add_break(text);
    add_ms(text, moment->in_step_ms);
    text_add(text, " of ");
    add_ms(text, evidence->rules.hold_ms);
}

static void say_missing(
    struct text *text, const struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    say_immaterial(text, decision);
    say_overdue(text, decision, moment);
    say_requests(text, decision);
    say_users(text, decision);
    say_slowness(text, decision);
    say_step(text, decision);
    say_time(text, evidence, moment);
    if (!moment->is_ready) {
        add_break(text);
        text_add(text, "the canary is not ready for more");
    }
    if (moment->next_bp == 0 || moment->next_bp > WEIGHT_ALL_BP) {
        add_break(text);
        text_add(text, "there is no next weight");
    }
    /* Only rules that nobody checked. */
    if (text->length == 0) text_add(text, "the rules allow nothing");
}

static void say_inconclusive(
    struct text *text, const struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    text_add(text, "after ");
    add_ms(text, moment->in_step_ms);
    text_add(text, " a person decides");
    char missing[DECISION_WORDS_SIZE];
    struct text reasons = TEXT_IN(missing);
    say_missing(&reasons, decision, evidence, moment);
    text_addf(text, ": %s", missing);
}

static void say_promotion(
    struct text *text, const struct decision *decision,
    const struct decision_moment *moment) {
    say_bound(text, decision);
    text_addf(
        text, " after %llu canary requests", (unsigned long long)decision->requests);
    if (moment->overdue > 0) {
        text_addf(
            text, ", %llu of them overdue and taken for failed",
            (unsigned long long)moment->overdue);
    }
    add_break(text);
    add_evidence(text, decision);
}

/* What is right of any rule comes first. */
static bool say_of_any_rule(
    struct text *text, const struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    if (decision->kind == DECISION_FREEZE) {
        say_freeze(text, decision->freeze, evidence, moment);
        return true;
    }
    if (decision->kind == DECISION_ROLL_BACK && moment->fault != CANARY_SOUND) {
        text_add(text, canary_fault_words(moment->fault));
        return true;
    }
    return false;
}

void decision_add_next(
    struct text *text, const struct decision *decision,
    const struct decision_moment *moment) {
    switch (decision->kind) {
    case DECISION_ROLL_BACK: text_add(text, "all traffic to stable"); break;
    case DECISION_PROMOTE:
        text_add(text, "promote to ");
        weight_add_percent(text, moment->next_bp);
        break;
    case DECISION_WATCH:
        text_add(text, "promote to ");
        weight_add_percent(text, moment->next_bp);
        text_add(text, " when extra failures are at most ");
        add_points(text, decision->allowed);
        break;
    case DECISION_INCONCLUSIVE: text_add(text, "a person decides"); break;
    case DECISION_FREEZE: text_add(text, "go on when its cause has passed"); break;
    case DECISION_COUNT: break;
    }
}

void decision_say(
    struct decision *decision, const struct evidence *evidence,
    const struct decision_moment *moment) {
    struct text text = TEXT_IN(decision->why);
    if (say_of_any_rule(&text, decision, evidence, moment)) return;
    if (evidence->rules.rule == ROLLOUT_BY_BOOK) {
        say_book(&text, evidence);
        return;
    }
    switch (decision->kind) {
    case DECISION_ROLL_BACK: say_harm(&text, decision, evidence); break;
    case DECISION_PROMOTE: say_promotion(&text, decision, moment); break;
    case DECISION_INCONCLUSIVE:
        say_inconclusive(&text, decision, evidence, moment);
        break;
    case DECISION_WATCH: say_missing(&text, decision, evidence, moment); break;
    case DECISION_FREEZE:
    case DECISION_COUNT: break;
    }
}
