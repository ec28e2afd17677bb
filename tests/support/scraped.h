/* An instance of a test's own that is asked for its metrics once a second. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/aliases.h"
#include "core/meter.h"
#include "core/reading.h"

struct scraped {
    struct aliases aliases;
    struct meter *meter;
    uint64_t now_ns;
};

struct scraped scraped_new(void);
void scraped_free(struct scraped *scraped);

/* What it says a second later. */
struct reading scraped_answer(struct scraped *scraped, const char *text);

/* The metrics of a track that has just this instance. */
void scraped_values(const struct reading *reading, float values[METRIC_COUNT]);

void assert_near(double value, double expected);
