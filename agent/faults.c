/* SPDX-License-Identifier: MIT */
#include "agent/faults.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NUMBER_SIZE = 32 };

static const double latency_factor_max = 100;

static const struct {
    const char *name;
    const char *words;
} table[] = {
#define X(id, name, words) [id] = {(name), (words)}
    FAULTS(X)
#undef X
};

const char *fault_name(enum fault fault) {
    return fault == FAULT_NONE ? "none" : table[fault].name;
}

static struct version_faults *find(struct faults *faults, const char *version) {
    for (size_t i = 0; i < faults->count; i++) {
        if (strcmp(faults->rows[i].version, version) == 0) return &faults->rows[i];
    }
    return NULL;
}

static bool put(
    struct faults *faults, const struct version_faults *row, struct error *err) {
    struct version_faults *place = find(faults, row->version);
    if (!place && faults->count == FAULT_VERSIONS_MAX) {
        return error_set(
            err, ERROR_LIMIT, "faults for at most %d versions", FAULT_VERSIONS_MAX);
    }
    if (!place) place = &faults->rows[faults->count++];
    *place = *row;
    return true;
}

static bool set_value(
    struct version_faults *row, struct slice name, double value, struct error *err) {
    if (slice_equals(name, "latency")) {
        if (!(value >= 0 && value <= latency_factor_max)) {
            return error_set(err, ERROR_USAGE, "latency is a factor from 0 to 100");
        }
        row->latency_factor = value;
        return true;
    }
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        if (!slice_equals(name, table[i].name)) continue;
        if (!(value >= 0 && value <= 1)) {
            return error_set(
                err, ERROR_USAGE, "%s is a share from 0 to 1", table[i].name);
        }
        row->rates[i] = value;
        return true;
    }
    return error_set(
        err, ERROR_USAGE, "no fault is called \"%.*s\"",
        (int)(name.length < NUMBER_SIZE ? name.length : NUMBER_SIZE), name.data);
}

static bool parse_pair(
    struct version_faults *row, struct slice pair, struct error *err) {
    struct scan scan = scan_of(pair);
    struct slice name = scan_until(&scan, '=');
    char number[NUMBER_SIZE];
    struct text text = TEXT_IN(number);
    text_add_slice(&text, scan_rest(&scan));
    char *end = NULL;
    double value = strtod(number, &end);
    if (text.length == 0 || text.truncated || *end != '\0') {
        return error_set(err, ERROR_USAGE, "a fault is written as NAME=SHARE");
    }
    return set_value(row, name, value, err);
}

bool faults_parse(struct faults *faults, const char *from, struct error *err) {
    struct version_faults row = {.version = "*", .latency_factor = 1};
    struct scan scan = scan_of(slice_of(from));
    if (strchr(from, ':')) {
        struct slice version = scan_until(&scan, ':');
        struct text text = TEXT_IN(row.version);
        text_add_slice(&text, version);
        if (text.truncated || text.length == 0) {
            return error_set(err, ERROR_USAGE, "faults \"%s\": no such version", from);
        }
    }
    do {
        if (!parse_pair(&row, scan_until(&scan, ','), err)) {
            return error_wrap(err, "faults \"%s\"", from);
        }
    } while (!scan_done(&scan));
    return put(faults, &row, err);
}

static bool read_field(
    struct version_faults *row, const struct node *field, struct error *err) {
    double value = 0;
    if (slice_equals(field->key, "version")) {
        return node_text(field, row->version, sizeof row->version) ||
               error_set(err, ERROR_SYNTAX, "version must be a short string");
    }
    if (!node_as_number(field, &value)) {
        return error_set(err, ERROR_SYNTAX, "a fault's share must be a number");
    }
    return set_value(row, field->key, value, err);
}

bool faults_read(struct faults *faults, const struct node *root, struct error *err) {
    if (!root || root->kind != NODE_MAP) {
        return error_set(err, ERROR_SYNTAX, "faults must be an object");
    }
    struct version_faults row = {.version = "*", .latency_factor = 1};
    for (const struct node *field = root->first; field; field = field->next) {
        if (!read_field(&row, field, err)) return false;
    }
    return put(faults, &row, err);
}

static void write_row(const struct version_faults *row, struct json_writer *json) {
    json_object_begin(json);
    json_field_string(json, "version", row->version);
    json_field_double(json, "latency", row->latency_factor);
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        if (row->rates[i] > 0) json_field_double(json, table[i].name, row->rates[i]);
    }
    json_object_end(json);
}

void faults_write(const struct faults *faults, struct json_writer *json) {
    json_array_begin(json);
    for (size_t i = 0; i < faults->count; i++) write_row(&faults->rows[i], json);
    json_array_end(json);
}

static const struct version_faults *row_of(
    const struct faults *faults, const char *version) {
    const struct version_faults *all = NULL;
    for (size_t i = 0; i < faults->count; i++) {
        if (strcmp(faults->rows[i].version, version) == 0) return &faults->rows[i];
        if (strcmp(faults->rows[i].version, "*") == 0) all = &faults->rows[i];
    }
    return all;
}

enum fault faults_draw(
    const struct faults *faults, const char *version, struct random *random) {
    /* Always one draw: the other answers stay the same whatever faults are set. */
    double drawn = random_unit(random);
    const struct version_faults *row = row_of(faults, version);
    if (!row) return FAULT_NONE;
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        if (drawn < row->rates[i]) return (enum fault)i;
        drawn -= row->rates[i];
    }
    return FAULT_NONE;
}

double faults_latency_factor(const struct faults *faults, const char *version) {
    const struct version_faults *row = row_of(faults, version);
    return row ? row->latency_factor : 1;
}

enum fault faults_asked(struct slice question) {
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        if (memmem(
                question.data, question.length, table[i].words,
                strlen(table[i].words))) {
            return (enum fault)i;
        }
    }
    return FAULT_NONE;
}
