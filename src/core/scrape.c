/* SPDX-License-Identifier: MIT */
#include "core/scrape.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "core/exposition.h"
#include "core/line_memory.h"

enum { JSON_KEY_SIZE = 96, JSON_LEVELS = 4, VERSION_TEXT_SIZE = 64 };

/* The reader of one text. Series of a family follow each other, so that most names are
 * looked up once. */
struct scraper {
    struct meter *meter;
    const struct aliases *aliases;
    struct slice name; /* that `match` is for */
    struct alias_match match;
};

static bool same(struct slice a, struct slice b) {
    return a.length == b.length &&
           (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static void take_version(
    const struct scraper *scraper, const struct alias *row,
    const struct exposition_sample *sample) {
    struct slice labels = sample->labels;
    struct exposition_label label;
    char value[VERSION_TEXT_SIZE];
    while (exposition_label(&labels, &label)) {
        if (!slice_equals(label.name, row->label)) continue;
        meter_take_version(
            scraper->meter, exposition_unescape(&label, value, sizeof value));
    }
}

static void take_quantile(
    const struct scraper *scraper, enum meaning histogram,
    const struct exposition_sample *sample) {
    struct slice quantile;
    if (!exposition_find(sample, "quantile", &quantile)) return;
    meter_take_quantile(
        scraper->meter, histogram, exposition_quantile(quantile), sample->value);
}

static void assign_bucket(
    const struct scraper *scraper, struct tally_series *series,
    const struct exposition_sample *sample) {
    const struct alias *row = scraper->match.rows;
    struct slice le;
    double bound;
    if (!exposition_find(sample, "le", &le) || !exposition_number(le, &bound)) return;
    meter_assign_bucket(scraper->meter, series, row->meaning, row->rank, bound);
}

static enum meter_kind kind_for(
    const struct scraper *scraper, const struct alias *row) {
    enum meaning_kind kind = meaning_kind(row->meaning);
    if (kind == MEANING_COUNTER || scraper->match.part == ALIAS_COUNT) {
        return METER_COUNTER;
    }
    if (row->meaning == MEANING_BREAKER && !row->label) return METER_STATE;
    return METER_GAUGE;
}

/* Decides what a new series is good for. A row that picks some values of a label makes
 * known, by the others, that there are none of them. */
static void assign(
    const struct scraper *scraper, struct tally_series *series,
    const struct exposition_sample *sample) {
    const struct alias_match *match = &scraper->match;
    if (match->part == ALIAS_BUCKET) {
        assign_bucket(scraper, series, sample);
        return;
    }
    for (size_t i = 0; i < match->count && match->part != ALIAS_SUM; i++) {
        const struct alias *row = &match->rows[i];
        struct slice value;
        if (row->label && !exposition_find(sample, row->label, &value)) continue;
        bool picked = !row->label || row->picks(value);
        meter_assign(
            scraper->meter, picked ? series : NULL, kind_for(scraper, row),
            row->meaning, row->rank);
    }
}

/* Returns what will become of the same line in the next answer. */
static struct line_meaning take_sample(
    struct scraper *scraper, const struct exposition_sample *sample) {
    if (!same(sample->name, scraper->name)) {
        scraper->name = sample->name;
        scraper->match = aliases_match(scraper->aliases, sample->name);
    }
    if (scraper->match.count == 0) return (struct line_meaning){.kind = LINE_IGNORED};

    const struct alias *row = scraper->match.rows;
    enum meaning_kind kind = meaning_kind(row->meaning);
    if (kind == MEANING_TEXT) {
        take_version(scraper, row, sample);
        return (struct line_meaning){.kind = LINE_UNKNOWN};
    }
    if (kind == MEANING_HISTOGRAM && scraper->match.part == ALIAS_VALUE) {
        take_quantile(scraper, row->meaning, sample);
        return (struct line_meaning){.kind = LINE_UNKNOWN};
    }
    bool is_new;
    struct tally_series *series = meter_series(scraper->meter, sample->series, &is_new);
    if (!series) return (struct line_meaning){.kind = LINE_UNKNOWN};
    if (is_new) assign(scraper, series, sample);
    meter_take(scraper->meter, series, sample->value);
    return (struct line_meaning){
        .kind = LINE_SERIES,
        .series = meter_place(scraper->meter, series),
        .value = sample->value,
    };
}

/* A line as it was the last time; false at the end, and when it is not. */
static bool take_known(struct scraper *scraper, struct exposition *reader) {
    struct line_meaning meaning;
    struct line_memory *lines = meter_lines(scraper->meter);
    if (!line_memory_take(lines, reader, &meaning)) return false;
    if (meaning.kind == LINE_SERIES) {
        struct tally_series *series = meter_series_at(scraper->meter, meaning.series);
        meter_take(scraper->meter, series, meaning.value);
    }
    return true;
}

/* A line that has to be read; false at the end. */
static bool take_new(
    struct scraper *scraper, struct exposition *reader, struct slice text) {
    struct exposition_sample sample = {.series = {.data = text.data}};
    struct line_meaning meaning = {.kind = LINE_UNKNOWN};
    const char *start = reader->rest.at;
    uint32_t bad_lines = reader->bad_lines;
    bool is_sample;
    if (!exposition_line(reader, &sample, &is_sample)) return false;
    if (is_sample) {
        meaning = take_sample(scraper, &sample);
    } else if (reader->bad_lines == bad_lines && !reader->ended) {
        meaning.kind = LINE_NOTHING;
    }
    struct line_memory *lines = meter_lines(scraper->meter);
    line_memory_keep(lines, start, reader, &meaning, sample.series);
    return true;
}

static void take_text(
    struct scraper *scraper, struct exposition *reader, struct slice text) {
    struct line_memory *lines = meter_lines(scraper->meter);
    line_memory_begin(lines, text);
    while (take_known(scraper, reader) || take_new(scraper, reader, text)) continue;
    line_memory_end(lines);
}

const struct reading *scrape_text(
    struct meter *meter, const struct aliases *aliases, struct slice text,
    uint64_t at_ns) {
    struct reading *reading;
    bool again;
    do {
        struct scraper scraper = {.meter = meter, .aliases = aliases};
        struct exposition reader = exposition_of(text);
        meter_begin(meter);
        take_text(&scraper, &reader, text);
        if (reader.truncated) meter_truncated(meter);
        reading = meter_end(meter, at_ns, &again);
        reading->samples = reader.sample_count;
        reading->ended = reader.ended;
        reading->bad_lines = reader.bad_lines;
        reading->first_bad = reader.first_bad;
    } while (again);
    return reading;
}

/* --- JSON --- */

static void take_number(
    struct meter *meter, const char *key, const struct alias_key *alias, double value) {
    value *= alias->factor;
    enum meaning_kind kind = meaning_kind(alias->meaning);
    if (kind == MEANING_HISTOGRAM) {
        meter_take_quantile(meter, alias->meaning, alias->quantile, value);
        return;
    }
    if (alias->meaning == MEANING_ERROR_RATIO && value > 1) value /= 100;
    bool is_new;
    struct tally_series *series = meter_series(meter, slice_of(key), &is_new);
    if (!series) return;
    if (is_new) {
        meter_assign(
            meter, series, kind == MEANING_COUNTER ? METER_COUNTER : METER_GAUGE,
            alias->meaning, 0);
    }
    meter_take(meter, series, value);
}

static void take_leaf(struct meter *meter, const char *key, const struct node *node) {
    const struct alias_key *alias = alias_key(key);
    if (!alias) return;
    if (alias->meaning == MEANING_VERSION) {
        if (node->kind == NODE_STRING) meter_take_version(meter, node->string);
    } else if (node->kind == NODE_NUMBER) {
        take_number(meter, key, alias, node->number);
    }
}

/* Walks the object and the objects inside it, without recursion. */
static void take_object(struct meter *meter, const struct node *root) {
    const struct node *next[JSON_LEVELS] = {root->first};
    size_t lengths[JSON_LEVELS] = {0};
    char key_data[JSON_KEY_SIZE];
    struct text key = TEXT_IN(key_data);
    size_t level = 0;
    for (;;) {
        const struct node *node = next[level];
        if (!node) {
            if (level == 0) return;
            level--;
            continue;
        }
        next[level] = node->next;
        key.length = lengths[level];
        text_add_slice(&key, node->key);
        if (node->kind != NODE_MAP) {
            take_leaf(meter, key.data, node);
        } else if (level + 1 < JSON_LEVELS) {
            text_add_char(&key, '.');
            level++;
            next[level] = node->first;
            lengths[level] = key.length;
        }
    }
}

const struct reading *scrape_json(
    struct meter *meter, const struct node *root, uint64_t at_ns) {
    struct reading *reading;
    bool again;
    do {
        meter_begin(meter);
        if (root && root->kind == NODE_MAP) take_object(meter, root);
        reading = meter_end(meter, at_ns, &again);
    } while (again);
    return reading;
}
