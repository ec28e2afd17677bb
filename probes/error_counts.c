/* SPDX-License-Identifier: MIT */
#include "probes/error_counts.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "core/tally.h"

enum { IDENTITY_SIZE = 320 };

void error_counts_begin(struct error_counts *counts) {
    counts->look++;
}

static struct error_sighting *oldest(struct error_counts *counts) {
    struct error_sighting *oldest = &counts->sightings[0];
    for (uint32_t i = 1; i < counts->sighting_count; i++) {
        if (counts->sightings[i].look < oldest->look) oldest = &counts->sightings[i];
    }
    return oldest;
}

/* The sighting of that identity, new or known. */
static struct error_sighting *sighting_of(
    struct error_counts *counts, const char *identity) {
    uint64_t hash = tally_hash(slice_of(identity));
    for (uint32_t i = 0; i < counts->sighting_count; i++) {
        if (counts->sightings[i].hash == hash) return &counts->sightings[i];
    }
    struct error_sighting *fresh = counts->sighting_count < ERROR_SIGHTINGS_MAX
                                       ? &counts->sightings[counts->sighting_count++]
                                       : oldest(counts);
    *fresh = (struct error_sighting){.hash = hash, .look = counts->look};
    return fresh;
}

static void count(
    struct error_counts *counts, const struct error_row *row, uint64_t by) {
    if (by == 0) return;
    struct error_row counted = *row;
    counted.count = by;
    error_table_add(&counts->table, &counted);
}

void error_counts_add(struct error_counts *counts, const struct error_row *row) {
    char identity[IDENTITY_SIZE];
    struct text text = TEXT_IN(identity);
    text_addf(
        &text, "%s\n%s\n%s\n%" PRId64 "\n%s", row->kind, row->route, row->request_id,
        row->last_seen_ms, row->message);
    struct error_sighting *sighting = sighting_of(counts, identity);
    if (sighting->look != counts->look) {
        /* What has a time or an id is the same one whenever it shows; the rest may
         * have slid out of the list and happened again. */
        bool known = row->last_seen_ms > 0 || row->request_id[0];
        bool absent = sighting->look + 1 != counts->look;
        sighting->before = absent && !known ? 0 : sighting->now;
        sighting->now = 0;
        sighting->look = counts->look;
    }
    sighting->now++;
    count(counts, row, sighting->now > sighting->before ? 1 : 0);
}

void error_counts_set(
    struct error_counts *counts, const struct error_row *row, bool shared) {
    char identity[IDENTITY_SIZE];
    struct text text = TEXT_IN(identity);
    text_addf(&text, "%s\n%s\n%s", row->kind, row->route, row->version);
    struct error_sighting *sighting = sighting_of(counts, identity);
    sighting->look = counts->look;
    if (row->count >= sighting->now) {
        count(counts, row, row->count - sighting->now);
    } else if (shared) {
        return;
    } else {
        count(counts, row, row->count);
    }
    sighting->now = row->count;
}

void error_counts_name_version(struct error_counts *counts, const char *version) {
    if (!version[0]) return;
    struct error_table named = {0};
    for (uint32_t i = 0; i < counts->table.count; i++) {
        struct error_row row = counts->table.rows[i];
        if (!row.version[0]) text_copy_cut(row.version, sizeof row.version, version);
        error_table_add(&named, &row);
    }
    counts->table = named;
}

uint64_t error_counts_total(const struct error_counts *counts) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < counts->table.count; i++) {
        total += counts->table.rows[i].count;
    }
    return total;
}
