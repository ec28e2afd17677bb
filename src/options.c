/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/safe_text.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"
#include "core/suggest.h"

enum {
    LONG_BASE = 256, /* what getopt_long returns for a row: this plus its id */
    SHORT_SIZE = 3 * OPTION_COUNT,
    SHOWN_SIZE = 80,
};

_Static_assert((int)OPTION_COUNT <= OPTIONS_MAX, "a set of options has so many bits");

static const struct option_row rows[] = {
#define X(id, name, letter, argument, help) \
    [id] = {(name), (letter), (argument), (help)}
    OPTIONS(X)
#undef X
};

static const struct option long_options[] = {
#define X(id, name, letter, argument, help) \
    [id] = {                                \
        (name), (argument) ? required_argument : no_argument, NULL, LONG_BASE + (id)}
    OPTIONS(X),
#undef X
    [OPTION_COUNT] = {0},
};

static const char *const variables[OPTION_COUNT] = {
#define X(id, variable) [id] = (variable)
    OPTION_VARIABLES(X)
#undef X
};

const struct option_row *option_row(enum option_id id) {
    return &rows[id];
}

const char *option_variable(enum option_id id) {
    return variables[id];
}

bool options_has(const struct options *options, enum option_id id) {
    return (options->given & UINT64_C(1) << id) != 0;
}

bool options_fails_on(const struct options *options, enum fail_on what) {
    return (options->fail_on & UINT32_C(1) << what) != 0;
}

static void shorten(char shown[SHOWN_SIZE], const char *argument) {
    safe_text_copy(shown, SHOWN_SIZE, slice_of(argument));
}

static bool unknown_option(const char *argument, struct error *err) {
    char shown[SHOWN_SIZE];
    shorten(shown, argument);
    if (strncmp(argument, "--", 2) != 0) {
        return error_set(err, ERROR_USAGE, "unknown option %s", shown);
    }
    struct scan scan = scan_of(slice_of(argument + 2));
    struct suggest suggest = suggest_for(scan_until(&scan, '='));
    for (unsigned i = 0; i < OPTION_COUNT; i++) suggest_offer(&suggest, rows[i].name);
    if (!suggest.nearest) {
        return error_set(err, ERROR_USAGE, "unknown option %s", shown);
    }
    return error_set(
        err, ERROR_USAGE, "unknown option %s (did you mean --%s?)", shown,
        suggest.nearest);
}

/* Whether `word` is one of "a|b|c"; `index` says which. */
static bool is_one_of(struct slice word, struct slice words, unsigned *index) {
    struct scan scan = scan_of(words);
    for (*index = 0; !scan_done(&scan); (*index)++) {
        struct slice known = scan_until(&scan, '|');
        if (known.length == word.length &&
            !memcmp(known.data, word.data, word.length)) {
            return true;
        }
    }
    return false;
}

static bool lists_words(const char *argument) {
    return argument[0] >= 'a' && argument[0] <= 'z';
}

/* The words of an argument without the ",..." that says that it takes several. */
static struct slice words_of(const char *argument, bool *several) {
    static const char more[] = ",...";
    struct slice words = slice_of(argument);
    size_t length = sizeof more - 1;
    *several = words.length > length &&
               memcmp(words.data + words.length - length, more, length) == 0;
    if (*several) words.length -= length;
    return words;
}

static bool read_words(
    const struct option_row *row, const char *value, uint32_t *set, struct error *err) {
    bool several = false;
    struct slice words = words_of(row->argument, &several);
    struct scan scan = scan_of(slice_of(value));
    *set = 0;
    do {
        struct slice word = several ? scan_until(&scan, ',') : scan_rest(&scan);
        unsigned index = 0;
        if (!is_one_of(word, words, &index)) {
            char shown[SHOWN_SIZE];
            safe_text_copy(shown, sizeof shown, word);
            return error_set(
                err, ERROR_USAGE, "expected %s of %.*s, got \"%s\"",
                several ? "some" : "one", (int)words.length, words.data, shown);
        }
        *set |= UINT32_C(1) << index;
    } while (several && !scan_done(&scan));
    return true;
}

/* Of a set with one word, the word. */
static unsigned only_word(uint32_t set) {
    unsigned index = 0;
    while (!(set >> index & 1)) index++;
    return index;
}

static void keep_duration(
    struct options *options, enum option_id id, uint64_t duration_ns) {
    if (id == OPTION_TIMEOUT) options->timeout_ns = duration_ns;
    if (id == OPTION_RUN_TIME) options->run_time_ns = duration_ns;
    if (id == OPTION_BARRIER) options->barrier_ns = duration_ns;
}

static bool read_value(
    struct options *options, enum option_id id, const char *value, struct error *err) {
    const struct option_row *row = &rows[id];
    if (!row->argument) return true;
    if (value[0] == '\0') {
        return error_set(err, ERROR_USAGE, "expected %s", row->argument);
    }
    if (strcmp(row->argument, "DURATION") == 0) {
        uint64_t duration_ns = 0;
        if (!units_parse_duration(slice_of(value), &duration_ns) || duration_ns == 0) {
            char shown[SHOWN_SIZE];
            shorten(shown, value);
            return error_set(
                err, ERROR_USAGE, "expected a duration like 30s or 5m, got \"%s\"",
                shown);
        }
        keep_duration(options, id, duration_ns);
    }
    if (!lists_words(row->argument)) return true;
    uint32_t set = 0;
    if (!read_words(row, value, &set, err)) return false;
    if (id == OPTION_FAIL_ON) options->fail_on = set;
    if (id == OPTION_COLOR) options->color = (enum color_choice)only_word(set);
    return true;
}

/* Of most options the last one counts; of these all do. */
static bool keep_use(
    struct options *options, enum option_id id, const char *value, struct error *err) {
    if (id != OPTION_THRESHOLD && id != OPTION_ABORT_ON) return true;
    if (options->use_count == OPTION_USES_MAX) {
        return error_set(err, ERROR_LIMIT, "more than %d of them", OPTION_USES_MAX);
    }
    options->uses[options->use_count++] = (struct option_use){id, value};
    return true;
}

static bool take_flag(
    struct options *options, enum option_id id, const char *value, struct error *err) {
    if (!read_value(options, id, value, err) || !keep_use(options, id, value, err)) {
        return error_wrap(err, "--%s", rows[id].name);
    }
    options->given |= UINT64_C(1) << id;
    options->by_flag |= UINT64_C(1) << id;
    options->values[id] = value;
    if (id == OPTION_VERBOSE) options->verbosity++;
    return true;
}

/* "+" stops at the first operand; ":" tells a
 * missing argument from an unknown option. */
static void make_short_options(char letters[SHORT_SIZE], bool leading) {
    struct text text = text_in(letters, SHORT_SIZE);
    text_add(&text, leading ? "+:" : ":");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!rows[i].letter) continue;
        text_add_char(&text, rows[i].letter);
        if (rows[i].argument) text_add_char(&text, ':');
    }
    ensure(!text.truncated);
}

static enum option_id option_of_code(int code) {
    if (code >= LONG_BASE) return (enum option_id)(code - LONG_BASE);
    unsigned id = 0;
    while (id < OPTION_COUNT && rows[id].letter != (char)code) id++;
    ensure(id < OPTION_COUNT);
    return (enum option_id)id;
}

/* getopt_long takes "--conf" for "--config"; a script that says so breaks as soon as
 * another option begins like that. */
static bool is_abbreviated(enum option_id id, char *const *argv) {
    bool apart = optarg && optarg == argv[optind - 1];
    struct scan scan = scan_of(slice_of(argv[optind - (apart ? 2 : 1)]));
    if (!scan_literal(&scan, "--")) return false;
    struct slice written = scan_until(&scan, '=');
    return !slice_equals(written, rows[id].name);
}

static bool complain(int code, char *const *argv, struct error *err) {
    if (code == ':') {
        enum option_id id = option_of_code(optopt);
        return error_set(
            err, ERROR_USAGE, "--%s needs %s", rows[id].name, rows[id].argument);
    }
    if (optopt >= LONG_BASE) {
        return error_set(
            err, ERROR_USAGE, "--%s takes no value", rows[option_of_code(optopt)].name);
    }
    if (optopt > 0) {
        char letter[] = {'-', (char)optopt, '\0'};
        return unknown_option(letter, err);
    }
    return unknown_option(argv[optind - 1], err);
}

static bool read_all(
    struct options *options, int argc, char *const *argv, bool leading,
    struct error *err) {
    char letters[SHORT_SIZE];
    make_short_options(letters, leading);
    opterr = 0;
    optind = 0; /* glibc: start anew */
    int code = 0;
    while ((code = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        if (code == '?' || code == ':') return complain(code, argv, err);
        enum option_id id = option_of_code(code);
        if (code >= LONG_BASE && is_abbreviated(id, argv)) {
            return error_set(err, ERROR_USAGE, "write --%s in full", rows[id].name);
        }
        if (!take_flag(options, id, optarg, err)) return false;
    }
    return true;
}

bool options_read_leading(
    struct options *options, int argc, char *const *argv, int *used,
    struct error *err) {
    if (!read_all(options, argc, argv, true, err)) return false;
    *used = optind;
    return true;
}

bool options_read(
    struct options *options, int argc, char *const *argv, struct operands *operands,
    struct error *err) {
    if (!read_all(options, argc, argv, false, err)) return false;
    if (argc - optind > OPERANDS_MAX) {
        return error_set(err, ERROR_USAGE, "more than %d arguments", OPERANDS_MAX);
    }
    operands->count = 0;
    while (optind < argc) operands->items[operands->count++] = argv[optind++];
    return true;
}

bool options_read_variables(
    struct options *options, uint64_t takes, struct error *err) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (!variables[i] || !(takes & bit) || (options->given & bit)) continue;
        const char *value = secure_getenv(variables[i]);
        if (!value || value[0] == '\0') continue;
        if (!read_value(options, (enum option_id)i, value, err)) {
            return error_wrap(err, "variable %s", variables[i]);
        }
        options->given |= bit;
        options->values[i] = value;
    }
    return true;
}
