/* What a Prometheus server is asked for: all that a track counts, as it was scraped
 * last. https://prometheus.io/docs/prometheus/latest/querying/basics/ */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "base/text.h"

/* Whether it is a selector of series, {job="agent", track="canary"}: matchers alone,
 * and none for the name, which is added here. Says what is wrong, and where. */
bool prometheus_selector_check(struct slice selector, struct error *err);

/* The samples of the last seconds, each with the time at which it was scraped, of every
 * series that counts requests or tells of the process. */
void prometheus_query_add(struct text *to, const char *selector, uint32_t window_s);

/* Where a server of that address answers it; it may take 4 s. */
void prometheus_query_add_url(
    struct text *to, const char *server, const char *selector, uint32_t window_s);
