/* SPDX-License-Identifier: MIT */
#include "core/matcher.h"

#include <math.h>
#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "base/utf8.h"
#include "core/node_json.h"
#include "core/suggest.h"

enum matcher {
#define X(id, name) id,
    MATCHERS(X)
#undef X
        MATCHER_COUNT
};

static const char *const matcher_names[] = {
#define X(id, name) [id] = (name),
    MATCHERS(X)
#undef X
};

static const char *const type_names[] = {"string", "number", "bool",
                                         "null",   "list",   "map"};

static bool find_matcher(struct slice name, enum matcher *matcher) {
    for (unsigned i = 0; i < MATCHER_COUNT; i++) {
        if (!slice_equals(name, matcher_names[i])) continue;
        *matcher = (enum matcher)i;
        return true;
    }
    return false;
}

struct node matcher_text(struct slice text) {
    return (struct node){.kind = NODE_STRING, .string = text};
}

/* Validating */

static void unknown_matcher(const struct node *node, struct mistakes *mistakes) {
    struct suggest suggest = suggest_for(node->key);
    for (unsigned i = 0; i < MATCHER_COUNT; i++) {
        suggest_offer(&suggest, matcher_names[i]);
    }
    char key[SUGGEST_WORD_MAX];
    safe_text_copy(key, sizeof key, node->key);
    if (suggest.nearest) {
        mistakes_add_at_key(
            mistakes, node, "unknown operator \"%s\" (did you mean \"%s\"?)", key,
            suggest.nearest);
        return;
    }
    char known[MISTAKE_WORDS_SIZE / 2];
    struct text text = TEXT_IN(known);
    for (unsigned i = 0; i < MATCHER_COUNT; i++) {
        text_addf(&text, "%s%s", i > 0 ? ", " : "", matcher_names[i]);
    }
    mistakes_add_at_key(
        mistakes, node, "unknown operator \"%s\" (known: %s)", key, known);
}

static void want_number(const struct node *node, struct mistakes *mistakes) {
    double number = 0;
    if (node_as_number(node, &number)) return;
    mistakes_add(mistakes, node, "expected a number");
}

static void want_strings(const struct node *node, struct mistakes *mistakes) {
    bool list = node->kind == NODE_LIST;
    if (list && node->child_count == 0) mistakes_add(mistakes, node, "an empty list");
    for (const struct node *at = list ? node->first : node; at; at = at->next) {
        if (at->kind != NODE_STRING || at->string.length == 0) {
            mistakes_add(mistakes, at, "expected a string that is not empty");
        }
        if (!list) return;
    }
}

static void want_regex(
    const struct node *node, matcher_regex_fn regex, struct mistakes *mistakes) {
    bool matches = false;
    struct error err;
    if (node->kind != NODE_STRING || node->string.length == 0) {
        mistakes_add(mistakes, node, "expected a regular expression");
    } else if (!regex(node->string, slice_of(""), &matches, &err)) {
        mistakes_add(mistakes, node, "%s", err.message);
    }
}

static void want_bool(const struct node *node, struct mistakes *mistakes) {
    bool value = false;
    if (!node_as_bool(node, &value)) {
        mistakes_add(mistakes, node, "expected true or false");
    }
}

static void want_type(const struct node *node, struct mistakes *mistakes) {
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
        if (node->kind == NODE_STRING && slice_equals(node->string, type_names[i])) {
            return;
        }
    }
    mistakes_add(
        mistakes, node, "expected one of string, number, bool, null, list, map");
}

static void want_length(const struct node *node, struct mistakes *mistakes) {
    if (node->kind != NODE_MAP) {
        want_number(node, mistakes);
        return;
    }
    if (node->child_count == 0) mistakes_add(mistakes, node, "expected min or max");
    for (const struct node *at = node->first; at; at = at->next) {
        if (slice_equals(at->key, "min") || slice_equals(at->key, "max")) {
            want_number(at, mistakes);
        } else {
            mistakes_add_at_key(mistakes, at, "a length has min and max only");
        }
    }
}

static void want_scalar(const struct node *node, struct mistakes *mistakes) {
    if (node->kind == NODE_MAP || node->kind == NODE_LIST) {
        mistakes_add(mistakes, node, "expected a single value");
    }
}

static void validate_operator(
    const struct node *node, matcher_regex_fn regex, struct mistakes *mistakes) {
    enum matcher matcher = MATCHER_COUNT;
    if (!find_matcher(node->key, &matcher)) {
        unknown_matcher(node, mistakes);
        return;
    }
    switch (matcher) {
    case MATCH_EQUALS: want_scalar(node, mistakes); break;
    case MATCH_CONTAINS:
    case MATCH_LACKS: want_strings(node, mistakes); break;
    case MATCH_MATCHES: want_regex(node, regex, mistakes); break;
    case MATCH_MIN:
    case MATCH_MAX:
    case MATCH_WARN: want_number(node, mistakes); break;
    case MATCH_EXISTS: want_bool(node, mistakes); break;
    case MATCH_TYPE: want_type(node, mistakes); break;
    case MATCH_LEN: want_length(node, mistakes); break;
    case MATCHER_COUNT: break;
    }
}

void matcher_validate(
    const struct node *wanted, matcher_regex_fn regex, struct mistakes *mistakes) {
    bool container = wanted->kind == NODE_LIST || wanted->kind == NODE_MAP;
    if (container && wanted->child_count == 0) {
        mistakes_add(mistakes, wanted, "nothing is expected here");
        return;
    }
    if (!container) return;
    for (const struct node *at = wanted->first; at; at = at->next) {
        if (wanted->kind == NODE_MAP) {
            validate_operator(at, regex, mistakes);
        } else {
            want_scalar(at, mistakes);
        }
    }
}

/* Trying */

/* A plain scalar of the file takes the type of what came. */
static bool equals(const struct node *wanted, const struct node *got) {
    double a = 0;
    double b = 0;
    bool flag = false;
    switch (got->kind) {
    case NODE_NULL: return !wanted->quoted && slice_equals(wanted->string, "null");
    case NODE_BOOL: return node_as_bool(wanted, &flag) && flag == got->boolean;
    case NODE_NUMBER:
        return node_as_number(wanted, &a) && node_as_number(got, &b) && a == b;
    case NODE_STRING:
        return wanted->string.length == got->string.length &&
               memcmp(
                   wanted->string.data ? wanted->string.data : "",
                   got->string.data ? got->string.data : "", got->string.length) == 0;
    case NODE_LIST:
    case NODE_MAP: break;
    }
    return false;
}

static bool holds(const struct node *got, struct slice part) {
    if (got->kind == NODE_STRING) {
        return memmem(got->string.data, got->string.length, part.data, part.length);
    }
    if (got->kind != NODE_LIST) return false;
    for (const struct node *at = got->first; at; at = at->next) {
        struct node wanted = matcher_text(part);
        if (equals(&wanted, at)) return true;
    }
    return false;
}

/* How many of the strings are held, of how many. */
static uint32_t count_held(
    const struct node *strings, const struct node *got, uint32_t *of) {
    bool list = strings->kind == NODE_LIST;
    uint32_t held = 0;
    *of = list ? strings->child_count : 1;
    for (const struct node *at = list ? strings->first : strings; at; at = at->next) {
        if (holds(got, at->string)) held++;
        if (!list) break;
    }
    return held;
}

static const char *type_of(const struct node *got) {
    return node_kind_name(got->kind);
}

static uint32_t length_of(const struct node *got) {
    if (got->kind == NODE_LIST || got->kind == NODE_MAP) return got->child_count;
    struct scan scan = scan_of(got->string);
    uint32_t count = 0;
    uint32_t rune = 0;
    while (!scan_done(&scan)) {
        utf8_next(&scan, &rune);
        count++;
    }
    return count;
}

static bool length_fits(const struct node *wanted, const struct node *got) {
    double length =
        got->kind == NODE_NUMBER || got->kind == NODE_BOOL || got->kind == NODE_NULL
            ? (double)NAN
            : (double)length_of(got);
    double number = 0;
    if (node_as_number(wanted, &number)) return length == number;
    if (node_number(wanted, "min", &number) && !(length >= number)) return false;
    if (node_number(wanted, "max", &number) && !(length <= number)) return false;
    return !isnan(length);
}

/* A comparison with a value that is no number never holds. */
static bool within(const struct node *wanted, const struct node *got, bool least) {
    double limit = 0;
    double value = 0;
    if (!node_as_number(wanted, &limit) || !node_as_number(got, &value)) return false;
    return least ? value >= limit : value <= limit;
}

static enum verdict passes(bool holds_true) {
    return holds_true ? VERDICT_PASS : VERDICT_FAIL;
}

static enum verdict try_regex(
    const struct node *wanted, const struct node *got, matcher_regex_fn regex,
    struct match *match) {
    bool matches = false;
    struct error err;
    if (got->kind != NODE_STRING && got->kind != NODE_NUMBER) return VERDICT_FAIL;
    if (regex(wanted->string, got->string, &matches, &err)) return passes(matches);
    text_copy_cut(match->got, sizeof match->got, err.message);
    return VERDICT_INCONCLUSIVE;
}

static enum verdict try_operator(
    const struct node *wanted, const struct node *got, matcher_regex_fn regex,
    struct match *match) {
    enum matcher matcher = MATCHER_COUNT;
    uint32_t of = 0;
    bool flag = true;
    find_matcher(wanted->key, &matcher);
    if (matcher == MATCH_EXISTS) {
        node_as_bool(wanted, &flag);
        return passes((got != NULL) == flag);
    }
    if (!got) return VERDICT_FAIL;
    switch (matcher) {
    case MATCH_EQUALS: return passes(equals(wanted, got));
    case MATCH_CONTAINS: return passes(count_held(wanted, got, &of) == of);
    case MATCH_LACKS: return passes(count_held(wanted, got, &of) == 0);
    case MATCH_MATCHES: return try_regex(wanted, got, regex, match);
    case MATCH_MIN: return passes(within(wanted, got, true));
    case MATCH_MAX: return passes(within(wanted, got, false));
    case MATCH_WARN:
        if (!within(wanted, got, false)) match->degraded = true;
        return passes(got->kind == NODE_NUMBER || got->kind == NODE_STRING);
    case MATCH_TYPE: return passes(slice_equals(wanted->string, type_of(got)));
    case MATCH_LEN: return passes(length_fits(wanted, got));
    case MATCH_EXISTS:
    case MATCHER_COUNT: break;
    }
    return VERDICT_INCONCLUSIVE;
}

static void say_json(const struct node *node, char *to, size_t size) {
    struct buffer buffer;
    buffer_init(&buffer, 4 * size);
    struct json_writer json = json_writer_to(&buffer);
    node_write_json(node, &json);
    text_copy_cut(to, size, buffer_string(&buffer));
    if (buffer.length == 0) text_copy_cut(to, size, "something long");
    buffer_clear(&buffer);
}

static void say_wanted(const struct node *wanted, struct match *match) {
    char value[MATCHER_WANTED_SIZE];
    say_json(wanted, value, sizeof value);
    struct text text = TEXT_IN(match->wanted);
    if (wanted->kind == NODE_LIST) text_add(&text, "one of ");
    text_add(&text, value);
}

static void say_operator(const struct node *operator, struct match * match) {
    char value[MATCHER_WANTED_SIZE];
    say_json(operator, value, sizeof value);
    struct text text = TEXT_IN(match->wanted);
    text_add_slice(&text, operator->key);
    text_addf(&text, " %s", value);
}

static void say_got(const struct node *got, struct match *match) {
    if (match->got[0]) return;
    if (!got) {
        text_copy_cut(match->got, sizeof match->got, "nothing");
    } else if (got->kind == NODE_STRING) {
        struct text text = TEXT_IN(match->got);
        text_add_char(&text, '"');
        text_add_slice(&text, got->string);
        text_add_char(&text, '"');
    } else {
        say_json(got, match->got, sizeof match->got);
    }
}

static struct match try_operators(
    const struct node *wanted, const struct node *got, matcher_regex_fn regex) {
    struct match match = {.verdict = VERDICT_PASS};
    for (const struct node *at = wanted->first; at; at = at->next) {
        match.verdict = try_operator(at, got, regex, &match);
        if (match.verdict == VERDICT_PASS && !match.degraded) continue;
        say_operator(at, &match);
        if (match.verdict != VERDICT_PASS) break;
    }
    return match;
}

struct match matcher_try(
    const struct node *wanted, const struct node *got, matcher_regex_fn regex) {
    struct match match = {.verdict = VERDICT_FAIL};
    if (wanted->kind == NODE_MAP) {
        match = try_operators(wanted, got, regex);
    } else if (wanted->kind == NODE_LIST) {
        for (const struct node *at = wanted->first; got && at; at = at->next) {
            if (equals(at, got)) match.verdict = VERDICT_PASS;
        }
        say_wanted(wanted, &match);
    } else {
        match.verdict = passes(got && equals(wanted, got));
        say_wanted(wanted, &match);
    }
    say_got(got, &match);
    return match;
}
