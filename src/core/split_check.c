/* SPDX-License-Identifier: MIT */
#include "core/split_check.h"

#include <math.h>

#include "core/confidence.h"
#include "core/weight.h"

static const double mixed_over = 100;

/* With all or nothing asked for, a unit on the other side is not unlikely but wrong. So
 * many may still be: those that were under way when the weight changed. */
static const double stray_ratio = 0.001;

static double evidence(double canary, double units, double rho) {
    return confidence_log_mixture(
        canary, units, mixed_over * rho, mixed_over * (1 - rho), rho);
}

static double step_log_value(const struct split_check *check) {
    double units = (double)check->units;
    double canary = (double)check->canary;
    if (check->units == 0) return 0;
    if (check->weight_bp > 0 && check->weight_bp < WEIGHT_ALL_BP) {
        return evidence(canary, units, weight_ratio(check->weight_bp));
    }
    double astray = check->weight_bp == 0 ? canary : units - canary;
    if (astray <= stray_ratio * units) return 0;
    return evidence(astray, units, stray_ratio);
}

void split_check_start_step(struct split_check *check, uint32_t weight_bp) {
    *check = (struct split_check){
        .log_before = split_check_log_value(check), .weight_bp = weight_bp};
}

void split_check_add(struct split_check *check, bool on_canary) {
    check->units++;
    check->canary += on_canary;
}

double split_check_log_value(const struct split_check *check) {
    return check->log_before + step_log_value(check);
}

bool split_check_is_broken(const struct split_check *check) {
    return split_check_log_value(check) >= log(SPLIT_CHECK_LIMIT);
}

double split_check_seen(const struct split_check *check) {
    if (check->units == 0) return NAN;
    return (double)check->canary / (double)check->units;
}

#define AT(member) RECORD_AT(struct split_check, member)
static const struct record_field split_check_fields[] = {
    {RECORD_REAL, AT(log_before)},
    {RECORD_COUNT, AT(weight_bp), .most = WEIGHT_ALL_BP},
    {RECORD_COUNT, AT(units)},
    {RECORD_COUNT, AT(canary)},
};
#undef AT
const struct record split_check_record =
    RECORD_OF(struct split_check, split_check_fields);
