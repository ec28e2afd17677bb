/* A load run as it goes on, for a Prometheus that scrapes it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "core/load_course.h"

struct load_scrape;
struct loop;

/* `address` is 127.0.0.1:9100 or [::1]:9100; port 0 takes a free one. */
struct load_scrape *load_scrape_new(
    struct loop *loop, const char *address, struct error *err);
void load_scrape_free(struct load_scrape *scrape);

/* From now on this is what GET /metrics tells. */
void load_scrape_show(struct load_scrape *scrape, const struct load_course *course);
