/* SPDX-License-Identifier: MIT */
#include "core/forecast.h"

#include <math.h>

#include "base/units.h"
#include "core/evidence.h"
#include "core/promotion_gate.h"
#include "core/weight.h"

static const double minute_s = 60;
static const double minute_ms = 60000;

static const char *const end_words[FORECAST_END_COUNT] = {
#define X(id, words) [id] = (words)
    FORECASTS(X)
#undef X
};

const char *forecast_words(enum forecast_end end) {
    return end_words[end];
}

static enum forecast_end end_of(
    const struct forecast *forecast, const struct forecast_basis *basis) {
    if (forecast->requests_needed == PROMOTION_NEVER) return FORECAST_NEVER;
    if (forecast->canary_users < forecast->users_needed) return FORECAST_FEW_USERS;
    if (!isfinite(forecast->minutes)) return FORECAST_UNKNOWN;
    bool is_slow = forecast->minutes * minute_ms > (double)basis->rules.most_ms;
    return is_slow ? FORECAST_TOO_SLOW : FORECAST_DECIDES;
}

/* With everything on the canary only what comes then counts. */
static double time_canary(
    const struct forecast *forecast, double before, double per_minute) {
    if (forecast->weight_bp == WEIGHT_ALL_BP) before = 0;
    double more = fmax((double)forecast->requests_needed - before, 1);
    return more / per_minute;
}

/* And then those of the canary that are measured by it. */
static double time_stable(
    const struct forecast *forecast, const struct forecast_basis *basis,
    const double per_minute[ARM_COUNT]) {
    double more = (double)forecast->stable_needed - basis->stable_before;
    if (!(more > 0)) return 0;
    double measured = fmax(forecast->users_needed, 1);
    return more / per_minute[ARM_STABLE] + measured / per_minute[ARM_CANARY];
}

static void time_step(struct forecast *forecast, const struct forecast_basis *basis) {
    double all = minute_s * basis->requests_per_s;
    double rho = weight_ratio(forecast->weight_bp);
    const double per_minute[ARM_COUNT] = {
        [ARM_STABLE] = all * (1 - rho), [ARM_CANARY] = all * rho};
    double before = basis->canary_before > 0 ? basis->canary_before : 0;
    double canary = time_canary(forecast, before, per_minute[ARM_CANARY]);
    double stable = time_stable(forecast, basis, per_minute);
    double hold = (double)basis->rules.hold_ms / minute_ms;
    forecast->waits_for_stable = stable > canary && stable > hold;
    forecast->minutes = fmax(fmax(canary, stable), hold);
    if (forecast->weight_bp == WEIGHT_ALL_BP) before = 0;
    forecast->canary_after = before + forecast->minutes * per_minute[ARM_CANARY];
    forecast->stable_after =
        basis->stable_before + forecast->minutes * per_minute[ARM_STABLE];
}

/* Fixed thresholds need something seen on either side, and the time of the step. */
static void need_by_book(struct forecast *forecast) {
    forecast->requests_needed = forecast->users_needed = 1;
    forecast->stable_needed = forecast->weight_bp < WEIGHT_ALL_BP;
}

static void need_by_evidence(
    struct forecast *forecast, const struct forecast_basis *basis) {
    const struct rollout_rules *rules = &basis->rules;
    const struct promotion_gate gate = {
        rules->budget, rules->gate_alpha, weight_ratio(forecast->next_bp)};
    const struct trials nothing = {0, 0};
    double rho = weight_ratio(forecast->weight_bp);
    forecast->requests_needed = promotion_gate_needed(&gate, &nothing, &basis->stable);
    forecast->stable_needed = evidence_stable_needed(rules, forecast->weight_bp);
    forecast->users_needed = evidence_users_needed(rules, rho);
}

static void need(struct forecast *forecast, const struct forecast_basis *basis) {
    switch (basis->rules.rule) {
    case ROLLOUT_BY_BOOK: need_by_book(forecast); break;
    case ROLLOUT_BY_EVIDENCE:
    case ROLLOUT_RULE_COUNT: need_by_evidence(forecast, basis); break;
    }
}

struct forecast forecast_step(
    const struct forecast_basis *basis, uint32_t weight_bp, uint32_t next_bp) {
    double rho = weight_ratio(weight_bp);
    struct forecast forecast = {
        .weight_bp = weight_bp,
        .next_bp = next_bp,
        .minutes = NAN,
        .canary_after = NAN,
        .stable_after = NAN,
        .canary_users = NAN,
    };
    need(&forecast, basis);
    if (basis->users > 0) forecast.canary_users = (double)basis->users * rho;
    if (basis->requests_per_s > 0 && forecast.requests_needed != PROMOTION_NEVER) {
        time_step(&forecast, basis);
    }
    forecast.end = end_of(&forecast, basis);
    return forecast;
}

void forecast_steps(
    struct forecast_basis basis, const uint32_t *weights_bp, size_t count,
    struct forecast *forecasts) {
    for (size_t i = 0; i < count; i++) {
        uint32_t next_bp = i + 1 < count ? weights_bp[i + 1] : WEIGHT_ALL_BP;
        forecasts[i] = forecast_step(&basis, weights_bp[i], next_bp);
        basis.canary_before = forecasts[i].canary_after;
        basis.stable_before = forecasts[i].stable_after;
    }
}

static void add_users(struct text *text, const struct forecast *forecast) {
    text_addf(
        text, " (about %.1f of them, and %u must fail to show harm)",
        forecast->canary_users, forecast->users_needed);
}

void forecast_add_words(
    struct text *text, const struct forecast *forecast,
    const struct forecast_basis *basis) {
    weight_add_percent(text, forecast->weight_bp);
    text_add(text, ": ");
    if (forecast->requests_needed != PROMOTION_NEVER) {
        text_addf(
            text, "%llu canary requests",
            (unsigned long long)forecast->requests_needed);
        if (basis->canary_before >= 1 && forecast->weight_bp < WEIGHT_ALL_BP) {
            text_addf(text, " in all, %.0f of them before", basis->canary_before);
        }
        if (forecast->waits_for_stable) {
            text_addf(
                text, " and %llu of stable",
                (unsigned long long)forecast->stable_needed);
        }
        if (isfinite(forecast->minutes)) {
            text_addf(text, ", %.1f min at ", forecast->minutes);
            units_add_count(text, basis->requests_per_s);
            text_add(text, " requests/s");
        }
        if (forecast->end == FORECAST_DECIDES) return;
        text_add(text, "; ");
    }
    text_add(text, forecast_words(forecast->end));
    if (forecast->end == FORECAST_FEW_USERS) add_users(text, forecast);
}
