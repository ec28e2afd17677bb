/* SPDX-License-Identifier: MIT */
#include "core/load_news.h"

#include <string.h>

#include "base/safe_text.h"

enum { KIND = 0x4e45 };

#define LONGEST_NS (UINT64_C(2) * 366 * 24 * 3600 * 1000000000)
/* What sums of all shards over all seconds stay far below 2^64 with. */
#define COUNT_MOST (UINT64_C(1) << 48)

#define AT(member) RECORD_AT(struct load_news, member)
static const struct record_field fields[] = {
    {RECORD_COUNT, AT(kind), .most = LOAD_NEWS_COUNT - 1},
    {RECORD_COUNT, AT(shard), .most = LOAD_SPLIT_MAX - 1},
    {RECORD_COUNT, AT(token)},
    {RECORD_TEXT, AT(digest)},
    {RECORD_TEXT, AT(who)},
    {RECORD_TEXT, AT(why)},
    {RECORD_STRUCT, AT(ready), .of = &load_ready_record},
};
#undef AT
static const struct record record = RECORD_OF(struct load_news, fields);

size_t load_news_encode(
    const struct load_news *news, const struct load_report *report, uint8_t *out,
    size_t size) {
    if (size > LOAD_NEWS_BYTES) size = LOAD_NEWS_BYTES;
    size_t length = frame_encode(KIND, &record, news, out, size);
    if (length == 0 || !report) return length;
    size_t more =
        load_message_encode(LOAD_MESSAGE_REPORT, report, out + length, size - length);
    return more > 0 ? length + more : 0;
}

static void make_all_safe(struct load_news *news) {
    safe_text_mend(news->who, sizeof news->who);
    safe_text_mend(news->why, sizeof news->why);
    safe_text_mend(news->digest, sizeof news->digest);
    safe_text_mend(news->ready.address, sizeof news->ready.address);
    for (uint32_t i = 0; i < news->ready.note_count; i++) {
        safe_text_mend(news->ready.notes[i].words, sizeof news->ready.notes[i].words);
    }
}

/* The next whole frame; the bytes are used up by it. */
static bool take_frame(struct slice *bytes, struct frame *frame, struct error *err) {
    const uint8_t *data = (const uint8_t *)bytes->data;
    switch (frame_find(data, bytes->length, frame, err)) {
    case FRAME_BROKEN: return false;
    case FRAME_INCOMPLETE: return error_set(err, ERROR_PROTOCOL, "half a message");
    case FRAME_WHOLE: break;
    }
    bytes->data += frame->used;
    bytes->length -= frame->used;
    return true;
}

static bool take_report(
    struct slice *bytes, struct load_report *report, struct error *err) {
    struct frame frame;
    if (!take_frame(bytes, &frame, err)) return false;
    if (!load_message_read(&frame, LOAD_MESSAGE_REPORT, report, err)) return false;
    safe_text_mend(report->words, sizeof report->words);
    safe_text_mend(report->trouble, sizeof report->trouble);
    return bytes->length == 0 || error_set(err, ERROR_PROTOCOL, "more than a report");
}

bool load_news_read(
    struct slice bytes, struct load_news *news, struct load_report *report,
    struct error *err) {
    struct frame frame;
    struct load_news read = {0};
    report->sequence = 0;
    if (bytes.length > LOAD_NEWS_BYTES) {
        return error_set(err, ERROR_LIMIT, "a message of %zu bytes", bytes.length);
    }
    if (!take_frame(&bytes, &frame, err)) return false;
    if (frame.kind != KIND) {
        return error_set(err, ERROR_PROTOCOL, "no news of a shard");
    }
    if (!frame_read(&frame, &record, &read, err)) return false;
    if (read.token == 0) return error_set(err, ERROR_PROTOCOL, "news of nobody");
    make_all_safe(&read);
    if (bytes.length > 0 && !take_report(&bytes, report, err)) return false;
    *news = read;
    return true;
}

static bool is_small(const struct load_report *report) {
    const struct load_gauges *gauges = &report->gauges;
    const struct load_health *health = &report->health;
    const uint64_t counts[] = {
        gauges->level_milli, gauges->users,       gauges->in_flight,
        gauges->waiting,     gauges->connections, gauges->descriptors,
        gauges->rss_bytes,   health->late,        health->waited,
        health->cpu_us,      health->opened,      health->reused,
        health->stale,       health->starved,     health->lag.count,
        health->delay.count};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i] > COUNT_MOST) return false;
    }
    for (uint32_t i = 0; i < report->row_count; i++) {
        const struct load_row *row = &report->rows[i];
        if (row->wanted > COUNT_MOST || row->sent > COUNT_MOST ||
            row->done > COUNT_MOST || row->response.count > COUNT_MOST) {
            return false;
        }
    }
    return true;
}

bool load_news_check(
    const struct load_report *report, uint32_t task_count, struct error *err) {
    bool began = report->row_count > 0;
    if (report->shards != 1 || (began && report->row_count != 2 * task_count)) {
        return error_set(
            err, ERROR_PROTOCOL, "a report of %u generators with %u rows",
            (unsigned)report->shards, (unsigned)report->row_count);
    }
    if (report->start_ns > report->end_ns || report->end_ns > LONGEST_NS) {
        return error_set(err, ERROR_PROTOCOL, "a report of an impossible time");
    }
    return is_small(report) ||
           error_set(err, ERROR_PROTOCOL, "a report with impossible counts");
}
