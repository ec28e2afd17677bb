/* SPDX-License-Identifier: MIT */
#include "core/load_row.h"

#include <stddef.h>
#include <string.h>

enum { CLASS = 100, CLASS_ABOVE = 6 };

const char *load_failure_name(enum load_failure failure) {
    static const char *const names[] = {
#define X(id, name, words) name,
        LOAD_FAILURES(X)
#undef X
    };
    return names[failure];
}

const char *load_failure_words(enum load_failure failure) {
    static const char *const all[] = {
#define X(id, name, words) words,
        LOAD_FAILURES(X)
#undef X
    };
    return all[failure];
}

uint64_t load_row_failed(const struct load_row *row) {
    uint64_t failed = 0;
    for (size_t i = 0; i < LOAD_FAILURE_COUNT; i++) failed += row->failures[i];
    return failed;
}

size_t load_row_status(unsigned status) {
    if (status < LOAD_STATUS_FROM) return 0;
    size_t index = status - LOAD_STATUS_FROM;
    return index < LOAD_STATUS_COUNT ? index : LOAD_STATUS_COUNT - 1;
}

uint64_t load_row_class(const struct load_row *row, unsigned status_class) {
    if (status_class == CLASS_ABOVE) return row->statuses[LOAD_STATUS_COUNT - 1];
    if (status_class == 0 || status_class > CLASS_ABOVE) return 0;
    uint64_t count = 0;
    size_t from = load_row_status(status_class * CLASS);
    for (size_t i = 0; i < CLASS; i++) count += row->statuses[from + i];
    return count;
}

/* An empty histogram is left alone: most rows have some that are never used, and their
 * memory is not to be touched. */
static void clear_histogram(struct histogram *histogram) {
    if (histogram->count > 0) histogram_init(histogram);
}

void load_row_clear(struct load_row *row) {
    memset(row, 0, offsetof(struct load_row, service));
    clear_histogram(&row->service);
    clear_histogram(&row->response);
    clear_histogram(&row->first_byte);
    clear_histogram(&row->gap);
    clear_histogram(&row->job);
}

static void add_counts(uint64_t *to, const uint64_t *from, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] += from[i];
}

void load_row_add(struct load_row *to, const struct load_row *from) {
    to->wanted += from->wanted;
    to->sent += from->sent;
    to->retried += from->retried;
    to->done += from->done;
    to->unsent += from->unsent;
    to->dropped += from->dropped;
    to->abandoned += from->abandoned;
    to->sent_bytes += from->sent_bytes;
    to->received_bytes += from->received_bytes;
    add_counts(to->failures, from->failures, LOAD_FAILURE_COUNT);
    add_counts(to->statuses, from->statuses, LOAD_STATUS_COUNT);
    to->jobs_good += from->jobs_good;
    to->jobs_bad += from->jobs_bad;
    to->jobs_lost += from->jobs_lost;
    histogram_merge(&to->service, &from->service);
    histogram_merge(&to->response, &from->response);
    histogram_merge(&to->first_byte, &from->first_byte);
    histogram_merge(&to->gap, &from->gap);
    histogram_merge(&to->job, &from->job);
}

#define AT(member) RECORD_AT(struct load_row, member)
static const struct record_field row_fields[] = {
    {RECORD_COUNT, AT(wanted)},         {RECORD_COUNT, AT(sent)},
    {RECORD_COUNT, AT(retried)},        {RECORD_COUNT, AT(done)},
    {RECORD_COUNT, AT(unsent)},         {RECORD_COUNT, AT(dropped)},
    {RECORD_COUNT, AT(abandoned)},      {RECORD_COUNT, AT(sent_bytes)},
    {RECORD_COUNT, AT(received_bytes)}, {RECORD_COUNTS, AT(failures)},
    {RECORD_COUNTS, AT(statuses)},      {RECORD_COUNT, AT(jobs_good)},
    {RECORD_COUNT, AT(jobs_bad)},       {RECORD_COUNT, AT(jobs_lost)},
    {RECORD_HISTOGRAM, AT(service)},    {RECORD_HISTOGRAM, AT(response)},
    {RECORD_HISTOGRAM, AT(first_byte)}, {RECORD_HISTOGRAM, AT(gap)},
    {RECORD_HISTOGRAM, AT(job)},
};
#undef AT
const struct record load_row_record = RECORD_OF(struct load_row, row_fields);
