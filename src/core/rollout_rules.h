/* By which rules a rollout is judged. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/record.h"

/* clang-format off */
/*    id                  name */
#define ROLLOUT_RULES(X) \
    X(ROLLOUT_BY_EVIDENCE, "evidence"), \
    X(ROLLOUT_BY_BOOK,     "book")     /* fixed thresholds: see book_rule.h */
/* clang-format on */

enum rollout_rule {
#define X(id, name) id
    ROLLOUT_RULES(X),
#undef X
    ROLLOUT_RULE_COUNT
};

const char *rollout_rule_name(enum rollout_rule rule);
bool rollout_rule_from_name(const char *name, enum rollout_rule *rule);

struct rollout_rules {
    enum rollout_rule rule;
    uint32_t metrics;      /* HARM_BIT of those that are looked at */
    bool is_split_unknown; /* the weight is not a probability: a ratio of replicas */
    double alpha;          /* of rolling back a good canary, in the whole rollout */
    double failures_tolerated; /* ratio of the risks that is no harm */
    double slower_tolerated;   /* times as slow as stable that is no harm */
    double material_ratio;     /* harm below this ratio of the risks ... */
    double material_extra;     /* ... and this difference rolls nothing back */
    double material_slower; /* the difference for what is above a limit of stable's */
    double budget;          /* extra failures as a share of all traffic */
    double gate_alpha;      /* of the bounds of the gate */
    uint64_t hold_ms;       /* a step lasts at least this long */
    uint64_t most_ms;       /* and then needs a person */
    uint64_t data_age_most_ms; /* older data is none */
};

struct rollout_rules rollout_rules_default(void);

/* ERROR_USAGE for what makes no sense, with its name and value. */
bool rollout_rules_check(const struct rollout_rules *rules, struct error *err);

extern const struct record rollout_rules_record;
