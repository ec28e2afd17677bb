/* Feeds a meter with a body of /metrics: Prometheus text, OpenMetrics or JSON. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/scan.h"
#include "core/aliases.h"
#include "core/document.h"
#include "core/meter.h"

/* The reading is borrowed from the meter until its next answer. */
const struct reading *scrape_text(
    struct meter *meter, const struct aliases *aliases, struct slice text,
    uint64_t at_ns);

/* Numbers of an object, and of objects inside it. */
const struct reading *scrape_json(
    struct meter *meter, const struct node *root, uint64_t at_ns);
