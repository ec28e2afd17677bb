/* What the metrics of different agent and model servers mean: one table of names, for
 * Prometheus series and for the keys of a small JSON body. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "core/meaning.h"

enum { ALIAS_SLOTS = 1024 }; /* a power of two, well above the number of names */

/* One name that a service may use. Rows with the same name stand together. */
struct alias {
    enum meaning meaning;
    uint8_t rank; /* of several present, only those of the lowest rank count */
    const char *name;
    const char *label;           /* that decides; NULL for none */
    bool (*picks)(struct slice); /* by the value of that label */
};

/* Finds rows by name. */
struct aliases {
    uint16_t slots[ALIAS_SLOTS]; /* first row of a name, plus one; 0 for none */
};

/* Which series of a family a name stands for. */
enum alias_part { ALIAS_VALUE, ALIAS_BUCKET, ALIAS_COUNT, ALIAS_SUM };

struct alias_match {
    const struct alias *rows;
    size_t count; /* 0: nobody knows this name */
    enum alias_part part;
};

void aliases_init(struct aliases *aliases);
/* All of them, in the order of the table. */
const struct alias *aliases_rows(size_t *count);
struct alias_match aliases_match(const struct aliases *aliases, struct slice name);

/* A key of a JSON body, "latency.p95_ms" when nested; `factor` brings it to the unit of
 * the meaning. For MEANING_LATENCY `quantile` says which one it is. */
struct alias_key {
    enum meaning meaning;
    const char *key;
    double factor;
    double quantile;
};
const struct alias_key *alias_key(const char *key);
