/* SPDX-License-Identifier: MIT */
#include "io/haproxy_reply.h"

#include <inttypes.h>
#include <string.h>

#include "base/safe_text.h"

enum { WORDS_SIZE = 160 };

bool haproxy_accepted(struct slice reply, struct error *err) {
    struct scan scan = scan_of(reply);
    struct slice line;
    if (reply.length == 0) {
        return error_set(err, ERROR_PROTOCOL, "HAProxy said nothing");
    }
    while (scan_line(&scan, &line)) {
        if (slice_trim(line).length == 0) continue;
        char words[WORDS_SIZE];
        safe_text_copy(words, sizeof words, line);
        return error_set(err, ERROR_REPLY, "HAProxy: %s", words);
    }
    return true;
}

/* One field of a CSV line, without its quotes. */
static bool next_field(struct scan *scan, bool *started, struct slice *field) {
    if (*started && scan_done(scan)) return false;
    *started = true;
    if (!scan_char(scan, '"')) {
        *field = scan_until(scan, ',');
        return true;
    }
    *field = scan_until(scan, '"');
    while (scan_char(scan, '"')) { /* a doubled quote is one of the text */
        scan_until(scan, '"');
        field->length = (size_t)(scan->at - field->data) - 1;
    }
    scan_until(scan, ',');
    return true;
}

bool haproxy_stat_read(
    struct slice reply, struct haproxy_stat *stat, struct error *err) {
    struct scan scan = scan_of(reply);
    struct slice header;
    if (!scan_literal(&scan, "# pxname,svname,") || !scan_line(&scan, &header)) {
        return error_set(err, ERROR_PROTOCOL, "HAProxy: no statistics");
    }
    /* From the first column on. */
    const char *start = reply.data + 2;
    stat->header = (struct slice){start, (size_t)(header.data - start) + header.length};
    stat->rows = scan;
    return true;
}

bool haproxy_stat_next(struct haproxy_stat *stat, struct haproxy_row *row) {
    struct slice line;
    while (scan_line(&stat->rows, &line)) {
        if (line.length == 0) continue;
        *row = (struct haproxy_row){.stat = stat, .line = line};
        return true;
    }
    return false;
}

struct slice haproxy_row_field(const struct haproxy_row *row, const char *column) {
    struct scan names = scan_of(row->stat->header), values = scan_of(row->line);
    struct slice name, value;
    bool name_started = false, value_started = false;
    while (next_field(&names, &name_started, &name) &&
           next_field(&values, &value_started, &value)) {
        if (slice_equals(name, column)) return value;
    }
    return (struct slice){"", 0};
}

bool haproxy_row_u64(
    const struct haproxy_row *row, const char *column, uint64_t *value) {
    return slice_u64(haproxy_row_field(row, column), value);
}

bool haproxy_stat_find(
    const struct haproxy_stat *stat, const char *proxy, const char *server,
    struct haproxy_row *row) {
    struct haproxy_stat rows = *stat;
    struct haproxy_row at;
    while (haproxy_stat_next(&rows, &at)) {
        at.stat = stat;
        if (slice_equals(haproxy_row_field(&at, "pxname"), proxy) &&
            slice_equals(haproxy_row_field(&at, "svname"), server)) {
            *row = at;
            return true;
        }
    }
    return false;
}

/* "0x7f8cf8046388: key=1 use=0 exp=4994 gpt0=1000" */
static bool read_entry(
    struct slice line, uint64_t wanted, struct haproxy_entry *entry) {
    struct scan scan = scan_of(line);
    struct slice word;
    uint64_t key = 0;
    bool has_key = false, has_expiry = false, has_value = false;
    struct haproxy_entry read = {0, 0};
    while (scan_word(&scan, &word)) {
        struct scan pair = scan_of(word);
        struct slice name = scan_until(&pair, '=');
        struct slice value = scan_rest(&pair);
        if (slice_equals(name, "key")) has_key = slice_u64(value, &key);
        if (slice_equals(name, "exp")) has_expiry = slice_u64(value, &read.expires_ms);
        if (slice_equals(name, "gpt0")) has_value = slice_u64(value, &read.gpt0);
    }
    if (!has_key || !has_expiry || !has_value || key != wanted) return false;
    *entry = read;
    return true;
}

/* The header of the table, unless the reply is none; whether its entries are shown. */
static bool read_table(struct slice reply, struct slice *header, struct error *err) {
    static const char hidden[] = "# contents not dumped";
    struct scan scan = scan_of(reply);
    struct slice line;
    if (!slice_starts_with(reply, "# table: ")) {
        return haproxy_accepted(reply, err) &&
               error_set(err, ERROR_PROTOCOL, "HAProxy: no table");
    }
    scan_line(&scan, header);
    if (scan_line(&scan, &line) && slice_starts_with(line, hidden)) {
        return error_set(err, ERROR_AUTH, "HAProxy's socket shows no table to us");
    }
    return true;
}

bool haproxy_table_find(
    struct slice reply, uint64_t key, struct haproxy_entry *entry, struct error *err) {
    struct scan scan = scan_of(reply);
    struct slice line;
    if (!read_table(reply, &line, err)) return false;
    while (scan_line(&scan, &line)) {
        if (read_entry(line, key, entry)) return true;
    }
    return error_set(err, ERROR_NOT_FOUND, "the table has no key %" PRIu64, key);
}

bool haproxy_table_has_numbers(struct slice reply, struct error *err) {
    struct slice header = {"", 0};
    if (!read_table(reply, &header, err)) return false;
    if (memmem(header.data, header.length, "type: integer,", 14)) return true;
    return error_set(err, ERROR_REPLY, "the table is not one of integers");
}

void haproxy_table_set(
    struct text *command, const char *table, uint64_t key, uint64_t gpt0) {
    if (command->length > 0) text_add(command, "; ");
    text_addf(
        command, "set table %s key %" PRIu64 " data.gpt0 %" PRIu64, table, key, gpt0);
}
