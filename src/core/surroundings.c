/* SPDX-License-Identifier: MIT */
#include "core/surroundings.h"

#include <math.h>

#include "core/confidence.h"

enum { WORD_BITS = 64 };

/* The usual rate is at most the upper end of this interval; the last requests must fail
 * more than that, beyond reasonable doubt. */
static const double usual_alpha = 0.05;
static const double doubt = 0.001;

void surroundings_learn(struct surroundings *surroundings, bool failed) {
    surroundings->before.count++;
    surroundings->before.failures += failed;
}

static bool is_known(const struct surroundings *surroundings) {
    return surroundings->before.count >= SURROUNDINGS_REFERENCE;
}

static void look_at(struct surroundings *surroundings, bool failed) {
    uint64_t place = surroundings->added % SURROUNDINGS_ROOM;
    uint64_t bit = UINT64_C(1) << (place % WORD_BITS);
    uint64_t *word = &surroundings->recent[place / WORD_BITS];
    *word = failed ? *word | bit : *word & ~bit;
    surroundings->added++;
}

void surroundings_add(struct surroundings *surroundings, bool failed) {
    if (!is_known(surroundings)) surroundings_learn(surroundings, failed);
    look_at(surroundings, failed);
}

void surroundings_learn_counts(
    struct surroundings *surroundings, const struct trials *stable) {
    surroundings->before.count += stable->count;
    surroundings->before.failures += stable->failures;
}

/* Of more than are looked at, as large a share of failures. */
void surroundings_add_counts(
    struct surroundings *surroundings, const struct trials *stable) {
    uint64_t count = stable->count;
    uint64_t failures = stable->failures < count ? stable->failures : count;
    if (!is_known(surroundings)) surroundings_learn_counts(surroundings, stable);
    if (count > SURROUNDINGS_ROOM) {
        double rate = (double)failures / (double)count;
        count = SURROUNDINGS_ROOM;
        failures = (uint64_t)(rate * SURROUNDINGS_ROOM);
    }
    for (uint64_t i = 0; i < count; i++) look_at(surroundings, i < failures);
}

static uint64_t count_bits(uint64_t word) {
    uint64_t count = 0;
    for (; word != 0; word &= word - 1) count++;
    return count;
}

struct trials surroundings_recent(const struct surroundings *surroundings) {
    struct trials recent = {.count = surroundings->added};
    if (recent.count > SURROUNDINGS_ROOM) recent.count = SURROUNDINGS_ROOM;
    for (size_t i = 0; i < SURROUNDINGS_ROOM / WORD_BITS; i++) {
        recent.failures += count_bits(surroundings->recent[i]);
    }
    return recent;
}

bool surroundings_are_bad(const struct surroundings *surroundings) {
    const struct trials *before = &surroundings->before;
    if (!is_known(surroundings)) return false;
    double usual =
        confidence_of_rate(before->failures, before->count, usual_alpha).high;
    struct trials recent = surroundings_recent(surroundings);
    return confidence_of_rate(recent.failures, recent.count, doubt).low > usual;
}

#define AT(member) RECORD_AT(struct surroundings, member)
static const struct record_field surroundings_fields[] = {
    {RECORD_STRUCT, AT(before), .of = &trials_record},
    {RECORD_COUNTS, AT(recent)},
    {RECORD_COUNT, AT(added)},
};
#undef AT
const struct record surroundings_record =
    RECORD_OF(struct surroundings, surroundings_fields);
