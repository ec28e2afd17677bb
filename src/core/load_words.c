/* SPDX-License-Identifier: MIT */
#include "core/load_words.h"

#include <string.h>

static const char opening[] = "${";
static const char pick[] = "pick:";

/* The words up to the next ${...}; false when there is none, with all the rest. */
static bool take_plain(struct scan *scan, struct slice *plain) {
    *plain = scan_rest(scan);
    const char *found = memmem(plain->data, plain->length, opening, 2);
    if (found) plain->length = (size_t)(found - plain->data);
    scan->at += plain->length;
    return found != NULL;
}

/* What stands between the braces. */
static bool take_name(struct scan *scan, struct slice *name) {
    scan_literal(scan, opening);
    struct slice rest = scan_rest(scan);
    const char *end = memchr(rest.data, '}', rest.length);
    if (!end) return false;
    *name = scan_until(scan, '}');
    return true;
}

static bool is_known(struct slice name, bool with_job) {
    return slice_equals(name, "user") || slice_equals(name, "seq") ||
           slice_equals(name, "run") || (with_job && slice_equals(name, "job")) ||
           (slice_starts_with(name, pick) && name.length > strlen(pick));
}

bool load_words_check(struct slice words, bool with_job, struct error *err) {
    struct scan scan = scan_of(words);
    struct slice plain, name;
    while (take_plain(&scan, &plain)) {
        if (!take_name(&scan, &name)) {
            return error_set(err, ERROR_SYNTAX, "\"${\" without its \"}\"");
        }
        if (is_known(name, with_job)) continue;
        return error_set(
            err, ERROR_SYNTAX, "\"${%.*s}\": expected user, seq, run%s or pick:a|b",
            (int)(name.length > 64 ? 64 : name.length), name.data,
            with_job ? ", job" : "");
    }
    return true;
}

bool load_words_fixed(struct slice words) {
    return !memmem(words.data, words.length, opening, 2);
}

static void add_pick(struct buffer *to, struct slice choices, struct random *random) {
    uint64_t count = 1;
    for (size_t i = 0; i < choices.length; i++) count += choices.data[i] == '|';
    uint64_t wanted = random_below(random, count);
    struct scan scan = scan_of(choices);
    struct slice choice = {0};
    for (uint64_t i = 0; i <= wanted; i++) choice = scan_until(&scan, '|');
    buffer_add(to, choice.data, choice.length);
}

static void add_value(
    struct buffer *to, struct slice name, const struct load_values *values) {
    if (slice_equals(name, "user")) {
        buffer_addf(to, "%llu", (unsigned long long)values->user);
    } else if (slice_equals(name, "seq")) {
        buffer_addf(to, "%llu", (unsigned long long)values->seq);
    } else if (slice_equals(name, "run")) {
        buffer_add_string(to, values->run);
    } else if (slice_equals(name, "job")) {
        buffer_add_string(to, values->job ? values->job : "");
    } else {
        name.data += strlen(pick);
        name.length -= strlen(pick);
        add_pick(to, name, values->random);
    }
}

void load_words_add(
    struct buffer *to, struct slice words, const struct load_values *values) {
    struct scan scan = scan_of(words);
    for (;;) {
        struct slice plain, name;
        bool more = take_plain(&scan, &plain);
        buffer_add(to, plain.data, plain.length);
        if (!more || !take_name(&scan, &name)) return;
        add_value(to, name, values);
    }
}
