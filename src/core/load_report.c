/* SPDX-License-Identifier: MIT */
#include "core/load_report.h"

#include <stddef.h>
#include <string.h>

const char *load_end_words(enum load_end end) {
    static const char *const all[] = {
#define X(id, words) words,
        LOAD_ENDS(X)
#undef X
    };
    return all[end];
}

static void add_gauges(struct load_gauges *to, const struct load_gauges *from) {
    to->level_milli += from->level_milli;
    to->users += from->users;
    to->in_flight += from->in_flight;
    to->waiting += from->waiting;
    to->connections += from->connections;
    to->descriptors += from->descriptors;
    to->rss_bytes += from->rss_bytes;
}

static void add_health(struct load_health *to, const struct load_health *from) {
    histogram_merge(&to->lag, &from->lag);
    histogram_merge(&to->delay, &from->delay);
    to->late += from->late;
    to->waited += from->waited;
    to->cpu_us += from->cpu_us;
    to->opened += from->opened;
    to->reused += from->reused;
    to->stale += from->stale;
    to->starved += from->starved;
}

static bool is_empty(const struct load_report *report) {
    return report->shards == 0;
}

/* Of two words only one can be kept: those that come first, so that the order in which
 * reports are added does not matter. */
static bool come_first(const char *one, const char *other) {
    if (one[0] == '\0' || other[0] == '\0') return one[0] != '\0' && other[0] == '\0';
    return strcmp(one, other) < 0;
}

/* What is the same for shards and for seconds. */
static void add_counts(struct load_report *to, const struct load_report *from) {
    if (is_empty(to) || from->start_ns < to->start_ns) to->start_ns = from->start_ns;
    if (from->end_ns > to->end_ns) to->end_ns = from->end_ns;
    if (from->sequence > to->sequence) to->sequence = from->sequence;
    if (is_empty(to) || from->wall_ms > to->wall_ms) to->wall_ms = from->wall_ms;
    if (come_first(from->trouble, to->trouble)) {
        memcpy(to->trouble, from->trouble, sizeof to->trouble);
    }
    add_health(&to->health, &from->health);
    if (from->row_count > to->row_count) to->row_count = from->row_count;
    for (uint32_t i = 0; i < from->row_count; i++) {
        load_row_add(&to->rows[i], &from->rows[i]);
    }
}

static bool ends_worse(const struct load_report *one, const struct load_report *other) {
    if (one->ended != other->ended) return one->ended > other->ended;
    return come_first(one->words, other->words);
}

static void take_end(struct load_report *to, const struct load_report *from) {
    to->ended = from->ended;
    memcpy(to->words, from->words, sizeof to->words);
}

void load_report_add(struct load_report *to, const struct load_report *from) {
    if (is_empty(from)) return;
    add_counts(to, from);
    add_gauges(&to->gauges, &from->gauges);
    if (is_empty(to) || ends_worse(from, to)) take_end(to, from);
    to->shards += from->shards;
}

void load_report_follow(struct load_report *to, const struct load_report *from) {
    if (is_empty(from)) return;
    bool later = is_empty(to) || from->end_ns >= to->end_ns;
    add_counts(to, from);
    if (from->shards > to->shards) to->shards = from->shards;
    if (!later) return;
    to->gauges = from->gauges;
    take_end(to, from);
}

void load_report_sum(const struct load_report *report, struct load_row *sum) {
    load_row_clear(sum);
    for (uint32_t i = 0; i < report->row_count; i++) {
        load_row_add(sum, &report->rows[i]);
    }
}

void load_report_next(struct load_report *report) {
    for (uint32_t i = 0; i < report->row_count; i++) load_row_clear(&report->rows[i]);
    struct load_health *health = &report->health;
    if (health->lag.count > 0) histogram_init(&health->lag);
    if (health->delay.count > 0) histogram_init(&health->delay);
    memset(&health->late, 0, sizeof *health - offsetof(struct load_health, late));
    report->start_ns = report->end_ns;
    report->trouble[0] = '\0';
    memset(&report->gauges, 0, sizeof report->gauges);
}

/* As bytes */

#define AT(member) RECORD_AT(struct load_health, member)
static const struct record_field health_fields[] = {
    {RECORD_HISTOGRAM, AT(lag)}, {RECORD_HISTOGRAM, AT(delay)},
    {RECORD_COUNT, AT(late)},    {RECORD_COUNT, AT(waited)},
    {RECORD_COUNT, AT(cpu_us)},  {RECORD_COUNT, AT(opened)},
    {RECORD_COUNT, AT(reused)},  {RECORD_COUNT, AT(stale)},
    {RECORD_COUNT, AT(starved)},
};
#undef AT
static const struct record health_record = RECORD_OF(struct load_health, health_fields);

#define AT(member) RECORD_AT(struct load_gauges, member)
static const struct record_field gauges_fields[] = {
    {RECORD_COUNT, AT(level_milli)}, {RECORD_COUNT, AT(users)},
    {RECORD_COUNT, AT(in_flight)},   {RECORD_COUNT, AT(waiting)},
    {RECORD_COUNT, AT(connections)}, {RECORD_COUNT, AT(descriptors)},
    {RECORD_COUNT, AT(rss_bytes)},
};
#undef AT
static const struct record gauges_record = RECORD_OF(struct load_gauges, gauges_fields);

#define AT(member) RECORD_AT(struct load_report, member)
static const struct record_field report_fields[] = {
    {RECORD_COUNT, AT(sequence)},
    {RECORD_COUNT, AT(start_ns)},
    {RECORD_COUNT, AT(end_ns)},
    {RECORD_COUNT, AT(wall_ms), .most = INT64_MAX},
    {RECORD_COUNT, AT(shards)},
    {RECORD_COUNT, AT(ended), .most = LOAD_END_COUNT - 1},
    {RECORD_TEXT, AT(words)},
    {RECORD_TEXT, AT(trouble)},
    {RECORD_STRUCT, AT(gauges), .of = &gauges_record},
    {RECORD_STRUCT, AT(health), .of = &health_record},
    {RECORD_LIST, AT(rows), .of = &load_row_record,
     .count_offset = offsetof(struct load_report, row_count)},
};
#undef AT
const struct record load_report_record = RECORD_OF(struct load_report, report_fields);
