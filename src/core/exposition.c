/* SPDX-License-Identifier: MIT */
#include "core/exposition.h"

#include <math.h>
#include <string.h>

#include "core/decimal.h"

enum { BACKSLASH = '\\', QUOTE = '"' };

static inline bool is_digit(char c) {
    return (uint8_t)(c - '0') < 10;
}

/* What a label's name is made of; a metric's may hold colons, too. */
static inline bool in_label(char c) {
    return (uint8_t)((c | 0x20) - 'a') < 26 || is_digit(c) || c == '_';
}

static inline bool in_name(char c) {
    return in_label(c) || c == ':';
}

static struct slice between(const char *from, const char *to) {
    return (struct slice){.data = from, .length = (size_t)(to - from)};
}

static bool ends_with(struct slice slice, const char *suffix, size_t length) {
    return slice.length > length &&
           memcmp(slice.data + slice.length - length, suffix, length) == 0;
}

/* Those of base/scan.h that are called several times per sample, where the compiler can
 * see them: half of the time of a scrape went into the calls. */
static inline char peek(const struct scan *scan) {
    return scan->at < scan->end ? *scan->at : '\0';
}

static inline bool take(struct scan *scan, char c) {
    if (peek(scan) != c) return false;
    scan->at++;
    return true;
}

static inline void skip_blanks(struct scan *scan) {
    while (peek(scan) == ' ' || peek(scan) == '\t') scan->at++;
}

struct exposition exposition_of(struct slice text) {
    struct exposition reader = {0};
    if (text.length > EXPOSITION_BYTES_MAX) {
        text.length = EXPOSITION_BYTES_MAX;
        while (text.length > 0 && text.data[text.length - 1] != '\n') text.length--;
        reader.truncated = true;
    }
    reader.rest = scan_of(text);
    return reader;
}

/* A name of metric or label: digits everywhere but in front. */
static inline bool take_name(struct scan *scan, bool (*in)(char), struct slice *name) {
    const char *at = scan->at;
    if (at == scan->end || is_digit(*at)) return false;
    while (at < scan->end && in(*at)) at++;
    if (at == scan->at) return false;
    *name = between(scan->at, at);
    scan->at = at;
    return true;
}

/* Skips what is certainly neither quote nor backslash, eight bytes at a time. */
static inline const char *skip_plain(const char *at, const char *end) {
    const uint64_t low = UINT64_C(0x0101010101010101);
    const uint64_t high = UINT64_C(0x8080808080808080);
    while (end - at >= (ptrdiff_t)sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t quotes = word ^ (low * QUOTE);
        uint64_t slashes = word ^ (low * BACKSLASH);
        uint64_t found = ((quotes - low) & ~quotes) | ((slashes - low) & ~slashes);
        if (found & high) break;
        at += sizeof word;
    }
    return at;
}

/* A string in quotes, without them. */
static bool take_quoted(struct scan *scan, struct slice *string, bool *escaped) {
    if (!take(scan, QUOTE)) return false;
    *escaped = false;
    const char *at = skip_plain(scan->at, scan->end);
    while (at < scan->end && *at != QUOTE) {
        if (*at == BACKSLASH) {
            *escaped = true;
            at++;
            if (at == scan->end) return false;
        }
        at++;
    }
    if (at == scan->end) return false;
    *string = between(scan->at, at);
    scan->at = at + 1;
    return true;
}

static bool take_label(struct scan *scan, struct exposition_label *label) {
    bool ignored;
    skip_blanks(scan);
    if (!take_name(scan, in_label, &label->name) &&
        !take_quoted(scan, &label->name, &ignored)) {
        return false;
    }
    skip_blanks(scan);
    if (!take(scan, '=')) return false;
    skip_blanks(scan);
    return take_quoted(scan, &label->value, &label->escaped);
}

/* What stands between two braces, the first of which has been taken. A quoted string in
 * front that is no label is the name of the metric. */
static bool take_labels(struct scan *scan, struct exposition_sample *sample) {
    struct exposition_label label;
    if (sample->name.length == 0) {
        bool ignored;
        skip_blanks(scan);
        if (!take_quoted(scan, &sample->name, &ignored)) return false;
        if (sample->name.length == 0) return false;
        skip_blanks(scan);
        if (!take(scan, ',') && peek(scan) != '}') return false;
    }
    skip_blanks(scan);
    const char *start = scan->at;
    while (peek(scan) != '}') {
        if (!take_label(scan, &label)) return false;
        skip_blanks(scan);
        if (take(scan, ',')) {
            skip_blanks(scan);
        } else if (peek(scan) != '}') {
            return false;
        }
    }
    sample->labels = between(start, scan->at);
    scan->at++;
    return true;
}

static bool take_word_ignoring_case(struct scan *scan, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(scan->end - scan->at) < length) return false;
    for (size_t i = 0; i < length; i++) {
        if ((scan->at[i] | 0x20) != word[i]) return false;
    }
    scan->at += length;
    return true;
}

static bool take_special(struct scan *scan, double *value) {
    struct scan from = *scan;
    bool negative = take(scan, '-');
    if (!negative) take(scan, '+');
    if (take_word_ignoring_case(scan, "nan")) {
        *value = NAN;
        return true;
    }
    if (take_word_ignoring_case(scan, "infinity") ||
        take_word_ignoring_case(scan, "inf")) {
        *value = negative ? -HUGE_VAL : HUGE_VAL;
        return true;
    }
    *scan = from;
    return false;
}

static bool take_number(struct scan *scan, double *value) {
    return decimal_take(scan, value) || take_special(scan, value);
}

static bool at_blank_or_end(const struct scan *scan) {
    return scan_done(scan) || *scan->at == ' ' || *scan->at == '\t';
}

/* Value, then perhaps a timestamp, then perhaps an exemplar. */
static bool take_values(struct scan *scan, struct exposition_sample *sample) {
    skip_blanks(scan);
    if (!take_number(scan, &sample->value) || !at_blank_or_end(scan)) return false;
    skip_blanks(scan);
    if (scan_done(scan)) return true;
    if (*scan->at != '#') {
        if (!take_number(scan, &sample->timestamp) || !at_blank_or_end(scan)) {
            return false;
        }
        sample->has_timestamp = true;
        skip_blanks(scan);
        if (scan_done(scan)) return true;
    }
    if (!take(scan, '#')) return false;
    skip_blanks(scan);
    sample->exemplar = scan_rest(scan);
    return true;
}

/* The name of the sample before stands here once more: the usual case. */
static bool take_same_name(
    const struct exposition *reader, struct scan *scan, struct slice *name) {
    size_t length = reader->name.length;
    if (length == 0 || (size_t)(scan->end - scan->at) <= length) return false;
    if (in_name(scan->at[length])) return false;
    if (memcmp(scan->at, reader->name.data, length) != 0) return false;
    *name = between(scan->at, scan->at + length);
    scan->at += length;
    return true;
}

static bool read_sample(
    struct exposition *reader, struct slice line, struct exposition_sample *sample) {
    struct scan scan = {.at = line.data, .end = line.data + line.length};
    sample->name = sample->labels = sample->exemplar = between(line.data, line.data);
    sample->has_timestamp = false;
    bool named = take_same_name(reader, &scan, &sample->name) ||
                 take_name(&scan, in_name, &sample->name);
    reader->name = sample->name;
    const char *end = scan.at;
    skip_blanks(&scan);
    if (take(&scan, '{')) {
        if (!take_labels(&scan, sample)) return false;
        end = scan.at;
    } else if (!named) {
        return false;
    }
    sample->series = between(line.data, end);
    return take_values(&scan, sample);
}

static enum exposition_type type_of(struct slice word) {
    static const struct {
        const char *name;
        enum exposition_type type;
    } types[] = {
        {"counter", EXPOSITION_COUNTER},     {"gauge", EXPOSITION_GAUGE},
        {"histogram", EXPOSITION_HISTOGRAM}, {"gaugehistogram", EXPOSITION_HISTOGRAM},
        {"summary", EXPOSITION_SUMMARY},     {"stateset", EXPOSITION_STATESET},
        {"info", EXPOSITION_INFO},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (slice_equals(word, types[i].name)) return types[i].type;
    }
    return EXPOSITION_UNTYPED;
}

/* Of the comments only TYPE and EOF say anything that is needed. */
static void read_comment(struct exposition *reader, struct slice line) {
    struct scan scan = scan_of(line);
    struct slice word;
    scan.at++;
    if (!scan_word(&scan, &word)) return;
    if (slice_equals(word, "EOF")) {
        reader->ended = true;
    } else if (slice_equals(word, "TYPE") && scan_word(&scan, &reader->family)) {
        reader->family_type =
            scan_word(&scan, &word) ? type_of(word) : EXPOSITION_UNTYPED;
    }
}

/* Whether `name` is the family's own name plus one of the suffixes of its type. */
static bool in_family(const struct exposition *reader, struct slice name) {
    static const char *const suffixes[] = {"_bucket", "_count",  "_sum", "_total",
                                           "_info",   "_gcount", "_gsum"};
    struct slice family = reader->family;
    if (family.length == 0 || name.length < family.length) return false;
    if (memcmp(name.data, family.data, family.length) != 0) return false;
    if (name.length == family.length) return true;
    struct slice suffix = between(name.data + family.length, name.data + name.length);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (slice_equals(suffix, suffixes[i])) return true;
    }
    return false;
}

/* As scan_line(). */
static inline bool next_line(struct exposition *reader, struct slice *line) {
    const char *start = reader->rest.at;
    const char *end = reader->rest.end;
    if (start == end) return false;
    const char *stop = memchr(start, '\n', (size_t)(end - start));
    reader->rest.at = stop ? stop + 1 : end;
    if (!stop) stop = end;
    if (stop > start && stop[-1] == '\r') stop--;
    *line = between(start, stop);
    reader->line++;
    return true;
}

static void count_bad(struct exposition *reader) {
    reader->bad_lines++;
    if (reader->first_bad == 0) reader->first_bad = reader->line;
}

static bool is_created(struct slice name) {
    static const char suffix[] = "_created";
    return ends_with(name, suffix, sizeof suffix - 1);
}

static bool is_edge(char c) {
    return c == ' ' || c == '\t';
}

/* Whether the line holds a sample that somebody may want. */
static bool take_line(
    struct exposition *reader, struct slice line, struct exposition_sample *sample) {
    if (line.length > 0 && is_edge(line.data[0])) line = slice_trim(line);
    if (line.length == 0) return false;
    if (line.data[0] == '#') {
        read_comment(reader, line);
        return false;
    }
    if (!read_sample(reader, line, sample)) {
        count_bad(reader);
        return false;
    }
    return !is_created(sample->name);
}

bool exposition_line(
    struct exposition *reader, struct exposition_sample *sample, bool *is_sample) {
    struct slice line;
    if (reader->ended || !next_line(reader, &line)) return false;
    *is_sample = take_line(reader, line, sample);
    if (!*is_sample) return true;
    if (reader->sample_count == EXPOSITION_SAMPLES_MAX) {
        reader->truncated = true;
        reader->rest.at = reader->rest.end;
        *is_sample = false;
        return false;
    }
    reader->sample_count++;
    return true;
}

bool exposition_next(struct exposition *reader, struct exposition_sample *sample) {
    bool is_sample = false;
    while (!is_sample && exposition_line(reader, sample, &is_sample)) continue;
    return is_sample;
}

enum exposition_type exposition_type(
    const struct exposition *reader, const struct exposition_sample *sample) {
    return in_family(reader, sample->name) ? reader->family_type : EXPOSITION_UNTYPED;
}

bool exposition_label(struct slice *labels, struct exposition_label *label) {
    struct scan scan = scan_of(*labels);
    bool taken = take_label(&scan, label);
    if (taken) {
        skip_blanks(&scan);
        take(&scan, ',');
        *labels = scan_rest(&scan);
    }
    return taken;
}

bool exposition_find(
    const struct exposition_sample *sample, const char *name, struct slice *value) {
    struct slice labels = sample->labels;
    struct exposition_label label;
    while (exposition_label(&labels, &label)) {
        if (!slice_equals(label.name, name)) continue;
        *value = label.value;
        return true;
    }
    return false;
}

struct slice exposition_unescape(
    const struct exposition_label *label, char *to, size_t size) {
    size_t length = 0;
    for (size_t i = 0; i < label->value.length && length < size; i++) {
        char c = label->value.data[i];
        if (c == BACKSLASH && i + 1 < label->value.length) {
            c = label->value.data[++i];
            if (c == 'n') c = '\n';
        }
        to[length++] = c;
    }
    return (struct slice){.data = to, .length = length};
}

bool exposition_number(struct slice text, double *value) {
    struct scan scan = scan_of(text);
    double number;
    if (!take_number(&scan, &number) || !scan_done(&scan)) return false;
    *value = number;
    return true;
}

double exposition_quantile(struct slice text) {
    double quantile;
    if (!exposition_number(text, &quantile)) return NAN;
    if (quantile > 1) quantile /= 100;
    return quantile >= 0 && quantile <= 1 ? quantile : (double)NAN;
}
