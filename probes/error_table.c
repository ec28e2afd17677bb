/* SPDX-License-Identifier: MIT */
#include "probes/error_table.h"

#include <stdlib.h>
#include <string.h>

static struct error_row *find(struct error_table *table, const struct error_row *like) {
    for (uint32_t i = 0; i < table->count; i++) {
        struct error_row *row = &table->rows[i];
        if (row->track == like->track && strcmp(row->kind, like->kind) == 0 &&
            strcmp(row->route, like->route) == 0 &&
            strcmp(row->version, like->version) == 0) {
            return row;
        }
    }
    return NULL;
}

static struct error_row *oldest(struct error_table *table) {
    struct error_row *oldest = &table->rows[0];
    for (uint32_t i = 1; i < table->count; i++) {
        if (table->rows[i].last_seen_ms < oldest->last_seen_ms) {
            oldest = &table->rows[i];
        }
    }
    return oldest;
}

void error_table_add(struct error_table *table, const struct error_row *row) {
    struct error_row *known = find(table, row);
    if (known) {
        uint64_t count = known->count + row->count;
        if (row->last_seen_ms > known->last_seen_ms) *known = *row;
        known->count = count;
    } else if (table->count < STATE_ERRORS_MAX) {
        table->rows[table->count++] = *row;
    } else if (oldest(table)->last_seen_ms < row->last_seen_ms) {
        *oldest(table) = *row;
    }
}

static int compare(const void *a, const void *b) {
    const struct error_row *left = a;
    const struct error_row *right = b;
    return (left->last_seen_ms < right->last_seen_ms) -
           (left->last_seen_ms > right->last_seen_ms);
}

void error_table_sort(struct error_table *table) {
    qsort(table->rows, table->count, sizeof *table->rows, compare);
}
