/* Reads Prometheus text 0.0.4 and OpenMetrics, sample by sample, without copying. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"

enum {
    EXPOSITION_BYTES_MAX = 16 * 1024 * 1024, /* the rest of a longer text is not read */
    EXPOSITION_SAMPLES_MAX = 100000,
};

enum exposition_type {
    EXPOSITION_UNTYPED, /* no TYPE was said */
    EXPOSITION_COUNTER,
    EXPOSITION_GAUGE,
    EXPOSITION_HISTOGRAM,
    EXPOSITION_SUMMARY,
    EXPOSITION_STATESET,
    EXPOSITION_INFO,
};

/* Walks over one text. The *_created series of clients are left out. */
struct exposition {
    struct scan rest;
    struct slice family; /* of the last TYPE */
    enum exposition_type family_type;
    struct slice name;     /* of the last sample */
    uint32_t line;         /* of the last sample, from 1 */
    uint32_t bad_lines;    /* skipped: not readable */
    uint32_t first_bad;    /* the line of the first one; 0 for none */
    uint32_t sample_count; /* returned so far */
    bool truncated;        /* a limit was passed: there is more */
    bool ended;            /* "# EOF" was seen */
};

struct exposition_sample {
    struct slice name;
    struct slice labels; /* between the braces, read with exposition_label() */
    struct slice series; /* name and labels as they were written */
    double value;
    double timestamp;      /* as written: ms in Prometheus text, s in OpenMetrics */
    bool has_timestamp;    /* false: now */
    struct slice exemplar; /* what stands behind " # "; empty for none */
};

struct exposition_label {
    struct slice name;
    struct slice value; /* as written */
    bool escaped;       /* the value holds backslashes: see exposition_unescape() */
};

struct exposition exposition_of(struct slice text);
/* The next sample; false at the end. Its slices point into the text. */
bool exposition_next(struct exposition *reader, struct exposition_sample *sample);
/* The next line, with a sample or without; false at the end. */
bool exposition_line(
    struct exposition *reader, struct exposition_sample *sample, bool *is_sample);
/* What the TYPE before the last sample says of it. */
enum exposition_type exposition_type(
    const struct exposition *reader, const struct exposition_sample *sample);

/* Takes the next label from the front; false when there are no more. */
bool exposition_label(struct slice *labels, struct exposition_label *label);
/* The value of one label as it was written; false when the series does not have it. */
bool exposition_find(
    const struct exposition_sample *sample, const char *name, struct slice *value);

/* A label's value without its escapes, cut to `size`. */
struct slice exposition_unescape(
    const struct exposition_label *label, char *to, size_t size);

/* A sample value: decimal, "NaN" or "Inf" in any case; no hex, no underscores. */
bool exposition_number(struct slice text, double *value);

/* A quantile label as 0 to 1: some exporters write 99.9 for 0.999. NaN for nonsense. */
double exposition_quantile(struct slice text);
