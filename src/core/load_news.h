/* What a shard of a load run tells its collector through a stream of Redis: who it is
 * and how it stands, and what it has measured. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_message.h"
#include "core/load_order.h"

enum { LOAD_NEWS_BYTES = 1024 * 1024 }; /* of one, with its report, at most */

enum load_news_kind {
    LOAD_NEWS_READY, /* again and again until the start */
    LOAD_NEWS_RUNS,  /* with a report */
    LOAD_NEWS_DONE,  /* it has ended, and this is the last that is heard of it */
    LOAD_NEWS_LOST,  /* the same, before its time: `why` */
    LOAD_NEWS_COUNT
};

struct load_news {
    uint32_t kind; /* enum load_news_kind */
    uint32_t shard;
    uint64_t token;               /* of the process; never 0 */
    char digest[SHA256_HEX_SIZE]; /* load_split_digest() */
    char who[LOAD_WHO_SIZE];      /* safe to show */
    char why[LOAD_WHY_SIZE];      /* the same */
    struct load_ready ready;      /* of LOAD_NEWS_READY */
};

/* How many bytes, or 0 when they do not fit; `report` is NULL for none. */
size_t load_news_encode(
    const struct load_news *news, const struct load_report *report, uint8_t *out,
    size_t size);

/* False, with `err` set, for anything that makes no sense. `report` is all zeros or was
 * cleared with load_report_next(); its sequence stays 0 when none came. */
bool load_news_read(
    struct slice bytes, struct load_news *news, struct load_report *report,
    struct error *err);

/* Whether a report that came from outside can
 * be one of a single shard with that plan. */
bool load_news_check(
    const struct load_report *report, uint32_t task_count, struct error *err);
