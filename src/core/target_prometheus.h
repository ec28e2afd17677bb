/* A Prometheus server that has scraped the instances of a track, where they cannot be
 * asked one by one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/metric.h"
#include "core/target_way.h"

enum { TARGET_PROMETHEUS_HEADERS_MAX = 4, TARGET_SELECTOR_SIZE = 256 };

struct target_prometheus {
    char url[TARGET_URL_SIZE]; /* "" for none */
    char ca[TARGET_FILE_SIZE]; /* who it is checked against; "" for the system's */
    char selectors[TRACK_COUNT][TARGET_SELECTOR_SIZE]; /* of a track's series; "" to
                                                        * scrape its instances */
    uint32_t header_count;
    struct target_header headers[TARGET_PROMETHEUS_HEADERS_MAX];
};
