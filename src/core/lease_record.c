/* SPDX-License-Identifier: MIT */
#include "core/lease_record.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/scan.h"
#include "base/text.h"
#include "core/epoch_fence.h"

enum {
    MS_PER_DAY = 86400000,
    MS_PER_SECOND = 1000,
    DAYS_PER_ERA = 146097, /* of 400 years */
    DAYS_TO_1970 = 719468, /* from the first of March of the year 0 */
    NUMBER_SIZE = 24,
    FRACTION_DIGITS = 3, /* that are read; there may be more */
};

struct date {
    int64_t year, month, day;
};

/* Years that begin in March: the leap day is then the last one. */
static int64_t days_of(struct date date) {
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t of_year = (153 * month + 2) / 5 + date.day - 1;
    return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           DAYS_TO_1970;
}

static struct date date_of(int64_t days) {
    days += DAYS_TO_1970;
    int64_t era = days / DAYS_PER_ERA, left = days - era * DAYS_PER_ERA;
    int64_t year = (left - left / 1460 + left / 36524 - left / 146096) / 365;
    left -= 365 * year + year / 4 - year / 100;
    int64_t month = (5 * left + 2) / 153;
    struct date date = {.day = left - (153 * month + 2) / 5 + 1};
    date.month = month < 10 ? month + 3 : month - 9;
    date.year = era * 400 + year + (date.month <= 2);
    return date;
}

void lease_time_write(char to[LEASE_TIME_SIZE], int64_t wall_ms) {
    struct date date = date_of(wall_ms / MS_PER_DAY);
    int64_t ms = wall_ms % MS_PER_DAY, s = ms / MS_PER_SECOND;
    struct text text = text_in(to, LEASE_TIME_SIZE);
    text_addf(
        &text,
        "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64
        ":%02" PRId64 ".%03" PRId64 "000Z",
        date.year, date.month, date.day, s / 3600, s / 60 % 60, s % 60,
        ms % MS_PER_SECOND);
}

static bool take_digits(struct scan *scan, unsigned count, int64_t *value) {
    *value = 0;
    for (unsigned i = 0; i < count; i++) {
        char c = scan_peek(scan);
        if (c < '0' || c > '9') return false;
        scan_char(scan, c);
        *value = *value * 10 + (c - '0');
    }
    return true;
}

/* ".123456" or nothing, in milliseconds. */
static bool take_fraction(struct scan *scan, int64_t *ms) {
    *ms = 0;
    if (!scan_char(scan, '.')) return true;
    unsigned count = 0;
    for (char c; (c = scan_peek(scan)) >= '0' && c <= '9'; count++) {
        scan_char(scan, c);
        if (count < FRACTION_DIGITS) *ms = *ms * 10 + (c - '0');
    }
    for (unsigned i = count; i < FRACTION_DIGITS; i++) *ms *= 10;
    return count > 0;
}

bool lease_time_read(struct slice text, int64_t *wall_ms) {
    struct scan scan = scan_of(text);
    struct date date;
    int64_t hour, minute, second, ms;
    bool read = take_digits(&scan, 4, &date.year) && scan_char(&scan, '-') &&
                take_digits(&scan, 2, &date.month) && scan_char(&scan, '-') &&
                take_digits(&scan, 2, &date.day) && scan_char(&scan, 'T') &&
                take_digits(&scan, 2, &hour) && scan_char(&scan, ':') &&
                take_digits(&scan, 2, &minute) && scan_char(&scan, ':') &&
                take_digits(&scan, 2, &second) && take_fraction(&scan, &ms) &&
                scan_char(&scan, 'Z') && scan_done(&scan);
    bool valid = read && date.year >= 1970 && date.month >= 1 && date.month <= 12 &&
                 date.day >= 1 && date.day <= 31 && hour < 24 && minute < 60 &&
                 second <= 60;
    if (!valid) return false;
    *wall_ms = days_of(date) * MS_PER_DAY +
               (hour * 3600 + minute * 60 + second) * MS_PER_SECOND + ms;
    return true;
}

static bool read_renewal(const struct node *spec, struct lease_record *record) {
    const struct node *renewed = node_get(spec, "renewTime");
    if (!renewed || renewed->kind == NODE_NULL) return true;
    return node_text(renewed, record->renewed, sizeof record->renewed) &&
           lease_time_read(slice_of(record->renewed), &record->renewed_ms);
}

bool lease_record_read(
    const struct node *object, struct lease_record *record, struct error *err) {
    struct lease_record read = {0};
    const struct node *kind = node_get(object, "kind");
    const struct node *spec = node_get(object, "spec");
    if (!kind || !slice_equals(kind->string, "Lease") ||
        !node_string(
            node_get(object, "metadata"), "resourceVersion", read.version,
            sizeof read.version)) {
        return error_set(err, ERROR_PROTOCOL, "what was read is no Lease");
    }
    const struct node *holder = node_get(spec, "holderIdentity");
    if (holder && holder->kind != NODE_NULL &&
        !node_text(holder, read.holder, sizeof read.holder)) {
        return error_set(err, ERROR_PROTOCOL, "the Lease has no holder that is a name");
    }
    if (!read_renewal(spec, &read)) {
        return error_set(err, ERROR_PROTOCOL, "the Lease has no time of renewal");
    }
    node_integer(
        spec, "leaseDurationSeconds", 1, LEASE_DURATION_MAX_S, &read.duration_s);
    node_integer(spec, "leaseTransitions", 0, INT32_MAX, &read.transitions);
    if (!epoch_fence_read(object, &read.epoch, err)) return false;
    *record = read;
    return true;
}

static void write_metadata(
    struct json_writer *json, const char *name, const struct lease_record *record) {
    char epoch[NUMBER_SIZE];
    snprintf(epoch, sizeof epoch, "%" PRIu64, record->epoch);
    json_key(json, "metadata");
    json_object_begin(json);
    json_field_string(json, "name", name);
    if (*record->version) json_field_string(json, "resourceVersion", record->version);
    json_key(json, "annotations");
    json_object_begin(json);
    json_field_string(json, EPOCH_ANNOTATION, epoch);
    json_object_end(json);
    json_object_end(json);
}

void lease_record_write(
    struct buffer *to, const char *name, const struct lease_record *record) {
    char renewed[LEASE_TIME_SIZE];
    lease_time_write(renewed, record->renewed_ms);
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "apiVersion", "coordination.k8s.io/v1");
    json_field_string(&json, "kind", "Lease");
    write_metadata(&json, name, record);
    json_key(&json, "spec");
    json_object_begin(&json);
    json_field_string(&json, "holderIdentity", record->holder);
    json_field_int(&json, "leaseDurationSeconds", record->duration_s);
    json_field_int(&json, "leaseTransitions", record->transitions);
    json_field_string(&json, "renewTime", renewed);
    json_object_end(&json);
    json_object_end(&json);
}
