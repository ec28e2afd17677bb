/* SPDX-License-Identifier: MIT */
#include "core/harm.h"

#include <string.h>

static bool is_limited(enum harm_metric metric) {
    return harm_metric_share(metric) > 0;
}

void harm_init(
    struct harm *harm, enum harm_metric metric, const struct rollout_rules *rules) {
    memset(harm, 0, sizeof *harm);
    block_test_init(&harm->blocks);
    if (is_limited(metric)) {
        sequential_init_share(&harm->test, harm_metric_share(metric), 1);
    } else {
        sequential_init_failures(&harm->test, rules->failures_tolerated);
    }
}

void harm_start_step(struct harm *harm) {
    memset(harm->step, 0, sizeof harm->step);
}

void harm_forget_steady(struct harm *harm) {
    memset(harm->steady, 0, sizeof harm->steady);
}

static void add(struct trials *to, const struct trials *from) {
    to->count += from->count;
    to->failures += from->failures;
}

static void count(struct harm *harm, enum arm arm, const struct trials *trials) {
    add(&harm->all[arm], trials);
    add(&harm->step[arm], trials);
    add(&harm->steady[arm], trials);
}

void harm_try(struct harm *harm, enum arm arm, bool failed) {
    const struct trials one = {1, failed};
    count(harm, arm, &one);
}

/* A block is as small as it can be: where it ends depends on who came, not on how they
 * fared. */
void harm_gather(struct harm *harm, enum arm arm, bool failed) {
    const struct trials one = {1, failed};
    add(&harm->open[arm], &one);
    if (harm->open[ARM_STABLE].count == 0 || harm->open[ARM_CANARY].count == 0) return;
    block_test_add(&harm->blocks, &harm->open[ARM_CANARY], &harm->open[ARM_STABLE]);
    memset(harm->open, 0, sizeof harm->open);
}

void harm_add_block(
    struct harm *harm, const struct trials *canary, const struct trials *stable) {
    count(harm, ARM_CANARY, canary);
    count(harm, ARM_STABLE, stable);
    block_test_add(&harm->blocks, canary, stable);
}

void harm_fail(
    struct harm *harm, enum arm arm, double rho, const struct rollout_rules *rules) {
    if (!(rho > 0 && rho < 1)) return;
    sequential_on_failure(&harm->test, rho, arm == ARM_CANARY);
    harm->first[arm]++;
    harm->canary_if_material += sequential_canary_share(rho, rules->material_ratio);
}

static const struct mixture *mixture_of(
    const struct harm *harm, const struct rollout_rules *rules) {
    return rules->is_split_unknown ? &harm->blocks.mixture : &harm->test.mixture;
}

double harm_log_value(const struct harm *harm, const struct rollout_rules *rules) {
    return mixture_log_value(mixture_of(harm, rules));
}

double harm_log_peak(const struct harm *harm, const struct rollout_rules *rules) {
    return mixture_of(harm, rules)->log_peak;
}

/* From the labels, each with its own weight: rates over all steps would mix up times in
 * which everything failed with weights that grew meanwhile. */
static bool is_ratio_material(
    const struct harm *harm, const struct rollout_rules *rules) {
    if (!rules->is_split_unknown) {
        return harm->first[ARM_CANARY] > 0 &&
               (double)harm->first[ARM_CANARY] >= harm->canary_if_material;
    }
    double canary = trials_rate(&harm->all[ARM_CANARY]);
    double stable = trials_rate(&harm->all[ARM_STABLE]);
    return canary > 0 && canary >= rules->material_ratio * stable;
}

bool harm_is_material(
    const struct harm *harm, enum harm_metric metric,
    const struct rollout_rules *rules) {
    if (is_ratio_material(harm, rules)) return true;
    double extra =
        trials_rate(&harm->all[ARM_CANARY]) - trials_rate(&harm->all[ARM_STABLE]);
    return extra >=
           (is_limited(metric) ? rules->material_slower : rules->material_extra);
}

#define AT(member) RECORD_AT(struct harm, member)
static const struct record_field harm_fields[] = {
    {RECORD_COUNT, AT(limit)},
    {RECORD_COUNT, AT(has_limit), .most = 1},
    {RECORD_STRUCT, AT(test), .of = &sequential_record},
    {RECORD_STRUCT, AT(blocks), .of = &block_test_record},
    {RECORD_COUNTS, AT(open)}, /* two of two counts */
    {RECORD_COUNTS, AT(all)},
    {RECORD_COUNTS, AT(step)},
    {RECORD_COUNTS, AT(steady)},
    {RECORD_COUNTS, AT(first)},
    {RECORD_REAL, AT(canary_if_material)},
};
#undef AT
const struct record harm_record = RECORD_OF(struct harm, harm_fields);
