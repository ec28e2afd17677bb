/* SPDX-License-Identifier: MIT */
#include "core/rank_test.h"

#include <float.h>
#include <math.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* The smaller, the more is bet on the slowest places. */
static const double kappas[] = {0.3, 0.5, 0.7, 0.85};

void rank_test_init(struct rank_test *test) {
    *test = (struct rank_test){0};
    mixture_init(&test->mixture, kappas, COUNT_OF(kappas));
}

void rank_test_on_stable(struct rank_test *test, uint64_t value) {
    if (test->other_count == RANK_OTHERS_MAX) return;
    test->others[test->other_count++] = value;
}

void rank_test_on_rank(struct rank_test *test, struct rank rank, double chance) {
    if (!(chance >= 0 && chance < 1)) return;
    if (rank.others == 0 || rank.slower + rank.equal > rank.others) return;
    double place = rank.slower + chance * (rank.equal + 1.0);
    double slowness = fmax(place / (rank.others + 1.0), DBL_MIN);
    for (uint32_t i = 0; i < test->mixture.count; i++) {
        struct mixture_part *part = &test->mixture.parts[i];
        double kappa = part->parameter;
        part->log_value += log(kappa) + (kappa - 1) * log(slowness);
    }
    mixture_settle(&test->mixture);
    test->ranked++;
}

void rank_test_on_canary(struct rank_test *test, uint64_t value, double chance) {
    struct rank rank = {.others = test->other_count};
    for (uint32_t i = 0; i < test->other_count; i++) {
        rank.slower += test->others[i] > value;
        rank.equal += test->others[i] == value;
    }
    rank_test_on_rank(test, rank, chance);
    test->other_count = 0;
}

struct other {
    uint64_t value;
};

#define AT(member) RECORD_AT(struct rank_test, member)
static const struct record_field other_fields[] = {
    {RECORD_COUNT, RECORD_AT(struct other, value)}};
static const struct record other_record = RECORD_OF(struct other, other_fields);
static const struct record_field rank_test_fields[] = {
    {RECORD_STRUCT, AT(mixture), .of = &mixture_record},
    {RECORD_COUNT, AT(ranked)},
    {RECORD_LIST, AT(others), .of = &other_record,
     .count_offset = offsetof(struct rank_test, other_count)},
};
#undef AT
const struct record rank_test_record = RECORD_OF(struct rank_test, rank_test_fields);
