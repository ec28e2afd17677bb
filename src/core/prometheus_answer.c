/* SPDX-License-Identifier: MIT */
#include "core/prometheus_answer.h"

#include <math.h>
#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "core/exposition.h"

enum { WORD_SIZE = 64, WORDS_SIZE = 160 };

/* Samples of one scrape carry the same time, which is written in milliseconds. */
static const double same_scrape_s = 0.0005;

/* --- an answer --- */

static bool refuse(struct error *err, const char *what) {
    return error_set(err, ERROR_PROTOCOL, "no answer of Prometheus: %s", what);
}

static void show(char *to, size_t size, const struct node *root, const char *key) {
    const struct node *node = node_get(root, key);
    bool is_text = node && node->kind == NODE_STRING;
    safe_text_copy(to, size, is_text ? node->string : slice_of("?"));
}

static bool is_word(const struct node *map, const char *key, const char *word) {
    const struct node *node = node_get(map, key);
    return node && node->kind == NODE_STRING && slice_equals(node->string, word);
}

static bool find_series(
    struct prometheus_answer *answer, const struct node *root, struct error *err) {
    if (is_word(root, "status", "error")) {
        char type[WORD_SIZE], words[WORDS_SIZE];
        show(type, sizeof type, root, "errorType");
        show(words, sizeof words, root, "error");
        return error_set(err, ERROR_PROTOCOL, "%s: %s", type, words);
    }
    if (!is_word(root, "status", "success")) return refuse(err, "it has no status");
    const struct node *data = node_get(root, "data");
    if (!is_word(data, "resultType", "matrix")) return refuse(err, "it is no matrix");
    answer->series = node_get(data, "result");
    if (answer->series && answer->series->kind == NODE_LIST) return true;
    return refuse(err, "it has no result");
}

/* --- its samples --- */

struct sample {
    double at_s;
    struct slice value; /* as it is written */
};

static bool read_sample(const struct node *pair, struct sample *sample) {
    const struct node *at = node_at(pair, 0);
    const struct node *value = node_at(pair, 1);
    double number;
    if (!at || at->kind != NODE_NUMBER || !value || value->kind != NODE_STRING) {
        return false;
    }
    if (!exposition_number(value->string, &number)) return false;
    *sample = (struct sample){at->number, value->string};
    return isfinite(at->number) && at->number > 0;
}

/* The newest of a series, and when the one before it was taken: 0 for none. */
static bool read_newest(
    const struct node *series, struct sample *newest, double *before_s) {
    const struct node *values = node_get(series, "values");
    *before_s = 0;
    *newest = (struct sample){0};
    if (!values || values->kind != NODE_LIST) return false;
    for (const struct node *pair = values->first; pair; pair = pair->next) {
        struct sample sample;
        if (!read_sample(pair, &sample) || sample.at_s <= newest->at_s) return false;
        *before_s = newest->at_s;
        *newest = sample;
    }
    return newest->at_s > 0;
}

static struct slice label_of(const struct node *series, const char *name) {
    const struct node *label = node_get(node_get(series, "metric"), name);
    bool is_there = label && label->kind == NODE_STRING;
    return is_there ? label->string : (struct slice){.data = "", .length = 0};
}

/* --- its instances --- */

static struct prometheus_instance *find(
    struct prometheus_answer *answer, struct slice name) {
    for (uint32_t i = 0; i < answer->count; i++) {
        if (slice_equals(name, answer->instances[i].name)) return &answer->instances[i];
    }
    return NULL;
}

static struct prometheus_instance *add(
    struct prometheus_answer *answer, struct slice name, struct error *err) {
    if (answer->count == PROMETHEUS_INSTANCES_MAX) {
        error_set(err, ERROR_LIMIT, "more than %d instances", PROMETHEUS_INSTANCES_MAX);
        return NULL;
    }
    if (name.length >= PROMETHEUS_INSTANCE_SIZE ||
        memchr(name.data, '\0', name.length)) {
        error_set(err, ERROR_LIMIT, "the name of an instance is too long");
        return NULL;
    }
    struct prometheus_instance *instance = &answer->instances[answer->count++];
    struct text text = TEXT_IN(instance->name);
    text_add_slice(&text, name);
    return instance;
}

/* What a newer scrape says of it counts alone. */
static void note(
    struct prometheus_instance *instance, const struct node *series,
    const struct sample *newest, double before_s) {
    if (newest->at_s < instance->at_s - same_scrape_s) return;
    if (newest->at_s > instance->at_s + same_scrape_s) {
        instance->at_s = newest->at_s;
        instance->interval_s = 0;
        instance->is_down = false;
        instance->starts = 0;
    }
    double interval_s = before_s > 0 ? newest->at_s - before_s : 0;
    if (interval_s > instance->interval_s) instance->interval_s = interval_s;
    struct slice name = label_of(series, "__name__");
    double value = 0;
    exposition_number(newest->value, &value);
    if (slice_equals(name, "up") && !(value > 0)) instance->is_down = true;
    instance->starts += slice_equals(name, "process_start_time_seconds");
}

bool prometheus_answer_read(
    struct prometheus_answer *answer, const struct node *root, struct error *err) {
    *answer = (struct prometheus_answer){0};
    if (!find_series(answer, root, err)) return false;
    const struct node *series = answer->series->first;
    for (; series; series = series->next) {
        struct sample newest;
        double before_s;
        if (!read_newest(series, &newest, &before_s)) {
            return refuse(err, "a series has samples that cannot be read");
        }
        struct slice name = label_of(series, "instance");
        struct prometheus_instance *instance = find(answer, name);
        if (!instance) instance = add(answer, name, err);
        if (!instance) return false;
        note(instance, series, &newest, before_s);
    }
    return true;
}

/* --- what an instance told --- */

static bool is_name(struct slice name) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && c != '_' && c != ':' && !(is_digit && i > 0)) return false;
    }
    return name.length > 0;
}

/* As the text format escapes them: JSON has let no control characters through. */
static bool add_value(struct buffer *to, struct slice value) {
    bool is_added = buffer_add_char(to, '"');
    for (size_t i = 0; i < value.length && is_added; i++) {
        char c = value.data[i];
        bool is_escaped = c == '\\' || c == '"';
        if (is_escaped) is_added = buffer_add_char(to, '\\');
        is_added = is_added && buffer_add_char(to, c);
    }
    return is_added && buffer_add_char(to, '"');
}

static bool add_labels(struct buffer *to, const struct node *labels) {
    char before = '{';
    for (const struct node *label = labels->first; label; label = label->next) {
        if (slice_equals(label->key, "__name__")) continue;
        if (label->kind != NODE_STRING || !is_name(label->key)) continue;
        bool is_added = buffer_add_char(to, before) &&
                        buffer_add(to, label->key.data, label->key.length) &&
                        buffer_add_char(to, '=') && add_value(to, label->string);
        if (!is_added) return false;
        before = ',';
    }
    return before == '{' || buffer_add_char(to, '}');
}

static bool add_series(
    struct buffer *to, const struct node *series, const struct sample *sample) {
    struct slice name = label_of(series, "__name__");
    if (!is_name(name)) return true;
    return buffer_add(to, name.data, name.length) &&
           add_labels(to, node_get(series, "metric")) && buffer_add_char(to, ' ') &&
           buffer_add(to, sample->value.data, sample->value.length) &&
           buffer_add_char(to, '\n');
}

bool prometheus_answer_tell(
    const struct prometheus_answer *answer, const struct prometheus_instance *instance,
    struct buffer *to) {
    const struct node *series = answer->series->first;
    for (; series; series = series->next) {
        struct sample newest;
        double before_s;
        if (!slice_equals(label_of(series, "instance"), instance->name)) continue;
        if (!read_newest(series, &newest, &before_s)) continue;
        if (newest.at_s < instance->at_s - same_scrape_s) continue; /* it has gone */
        if (!add_series(to, series, &newest)) return false;
    }
    return true;
}
