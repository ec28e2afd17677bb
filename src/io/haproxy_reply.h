/* What HAProxy's admin socket says: the rows of `show stat`, the entries of `show
 * table`, and whether a `set` was accepted. Fields are bytes from outside. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "base/text.h"

/* A `set` was accepted when nothing but empty
 * lines came; anything else is ERROR_REPLY. */
bool haproxy_accepted(struct slice reply, struct error *err);

/* `show stat` as CSV. */
struct haproxy_stat {
    struct slice header; /* borrowed */
    struct scan rows;    /* borrowed */
};

struct haproxy_row {
    const struct haproxy_stat *stat; /* borrowed */
    struct slice line;               /* borrowed */
};

bool haproxy_stat_read(
    struct slice reply, struct haproxy_stat *stat, struct error *err);
bool haproxy_stat_next(struct haproxy_stat *stat, struct haproxy_row *row);

/* The row of that proxy and server ("FRONTEND" and "BACKEND" are the sums). */
bool haproxy_stat_find(
    const struct haproxy_stat *stat, const char *proxy, const char *server,
    struct haproxy_row *row);

/* Empty when there is no such column or nothing in it; false for no number. */
struct slice haproxy_row_field(const struct haproxy_row *row, const char *column);
bool haproxy_row_u64(
    const struct haproxy_row *row, const char *column, uint64_t *value);

/* One entry of `show table`, keyed by a number. */
struct haproxy_entry {
    uint64_t expires_ms; /* from when it was shown */
    uint64_t gpt0;
};

/* ERROR_NOT_FOUND when the table has no such key: it has expired; ERROR_AUTH when the
 * socket is not allowed to see. */
bool haproxy_table_find(
    struct slice reply, uint64_t key, struct haproxy_entry *entry, struct error *err);

/* Whether it is a table that is keyed by numbers. */
bool haproxy_table_has_numbers(struct slice reply, struct error *err);

/* Adds the command that stores `gpt0`, separated from the one before. */
void haproxy_table_set(
    struct text *command, const char *table, uint64_t key, uint64_t gpt0);
