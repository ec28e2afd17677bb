/* SPDX-License-Identifier: MIT */
#include "probes/redis_info.h"

#include <math.h>
#include <string.h>

#include "base/safe_text.h"
#include "core/exposition.h"

enum { FULL_PERCENT = 90, CLIENTS_PERCENT = 95 };

static bool take_number(
    struct redis_info *info, struct slice field, struct slice value) {
    static const struct slice fields[] = {
#define X(id, field) [id] = {(field), sizeof(field) - 1},
        REDIS_INFO_NUMBERS(X)
#undef X
    };
    for (size_t i = 0; i < REDIS_INFO_COUNT; i++) {
        if (field.length != fields[i].length) continue; /* INFO has many lines */
        if (memcmp(field.data, fields[i].data, field.length) != 0) continue;
        exposition_number(value, &info->numbers[i]);
        return true;
    }
    return false;
}

static void take_word(struct redis_info *info, struct slice field, struct slice value) {
    switch (field.length) { /* as for the numbers */
    case sizeof "role" - 1:
        if (slice_equals(field, "role")) info->replica = slice_equals(value, "slave");
        break;
    case sizeof "redis_version" - 1:
        if (!slice_equals(field, "redis_version")) break;
        safe_text_copy(info->version, sizeof info->version, value);
        break;
    case sizeof "maxmemory_policy" - 1:
        if (!slice_equals(field, "maxmemory_policy")) break;
        safe_text_copy(info->policy, sizeof info->policy, value);
        break;
    case sizeof "master_link_status" - 1:
        if (!slice_equals(field, "master_link_status")) break;
        info->link_down = slice_equals(value, "down");
        break;
    case sizeof "rdb_last_bgsave_status" - 1:
        if (!slice_equals(field, "rdb_last_bgsave_status")) break;
        info->snapshot_failed = slice_equals(value, "err");
        break;
    case sizeof "aof_last_write_status" - 1:
        if (!slice_equals(field, "aof_last_write_status")) break;
        info->log_failed = slice_equals(value, "err");
        break;
    default: break;
    }
}

/* Commands that wait by design say nothing about the server. */
static bool waits(struct slice command) {
    static const char *const words[] = {"xread",  "blpop", "brpop",
                                        "blmove", "bzpop", "wait"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_starts_with(command, words[i])) return true;
    }
    return false;
}

/* "latency_percentiles_usec_xadd:p50=1.003,p99=42.239,p99.9=42.239" */
static void take_latency(
    struct redis_info *info, struct slice field, struct slice value) {
    static const char prefix[] = "latency_percentiles_usec_";
    if (!slice_starts_with(field, prefix)) return;
    field.data += sizeof prefix - 1;
    field.length -= sizeof prefix - 1;
    if (waits(field)) return;
    struct scan scan = scan_of(value);
    while (!scan_done(&scan)) {
        struct slice pair = scan_until(&scan, ',');
        if (!slice_starts_with(pair, "p99=")) continue;
        double p99_us;
        struct slice number = {.data = pair.data + 4, .length = pair.length - 4};
        if (!exposition_number(number, &p99_us)) continue;
        if (!isnan(info->slowest_p99_us) && info->slowest_p99_us >= p99_us) continue;
        info->slowest_p99_us = p99_us;
        safe_text_copy(info->slowest, sizeof info->slowest, field);
    }
}

bool redis_info_read(struct slice text, struct redis_info *info) {
    struct redis_info read = {.slowest_p99_us = NAN};
    for (size_t i = 0; i < REDIS_INFO_COUNT; i++) read.numbers[i] = NAN;
    struct scan scan = scan_of(text);
    struct slice line;
    while (scan_line(&scan, &line)) {
        struct scan pair = scan_of(line);
        struct slice field = scan_until(&pair, ':');
        struct slice value = scan_rest(&pair);
        if (take_number(&read, field, value)) continue;
        take_word(&read, field, value);
        take_latency(&read, field, value);
    }
    if (!read.version[0] || isnan(read.numbers[REDIS_INFO_UPTIME_S])) return false;
    *info = read;
    return true;
}

const char *redis_info_trouble(const struct redis_info *info) {
    const double *numbers = info->numbers;
    double memory_max = numbers[REDIS_INFO_MEMORY_MAX];
    double clients_max = numbers[REDIS_INFO_CLIENTS_MAX];
    if (numbers[REDIS_INFO_LOADING] > 0) return "loading its data";
    if (info->log_failed) return "cannot write its append-only file";
    if (info->snapshot_failed) return "the last snapshot failed";
    if (info->link_down) return "a replica without its master";
    if (strncmp(info->policy, "allkeys-", strlen("allkeys-")) == 0) {
        return "evicts any key when full, the queue too";
    }
    if (numbers[REDIS_INFO_MEMORY] * 100 > memory_max * FULL_PERCENT &&
        memory_max > 0) {
        return "memory nearly full";
    }
    if (numbers[REDIS_INFO_CLIENTS] * 100 > clients_max * CLIENTS_PERCENT) {
        return "hardly any connection left";
    }
    return NULL;
}
