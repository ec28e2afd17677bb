/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <string.h>

#include "base/safe_text.h"
#include "base/scan.h"
#include "base/text.h"
#include "core/suggest.h"

enum { SHOWN_SIZE = 64, NAME_SIZE = 64, NAMES_SIZE = 256 };

const struct program_command program_commands[] = {
#define X(run, name, operands, takes, help) \
    { (takes) | TAKES_ALWAYS, (run), (name), (operands), (help) }
    PROGRAM_COMMANDS(X)
#undef X
};
const unsigned program_command_count =
    sizeof program_commands / sizeof *program_commands;

struct command_option {
    const char *command;
    enum option_id id;
    const char *help;
};

static const struct command_option command_options[] = {
#define X(command, id, help) {(command), (id), (help)},
    COMMAND_OPTIONS(X)
#undef X
};

const char *program_command_option(
    const struct program_command *command, enum option_id id) {
    for (size_t i = 0; i < sizeof command_options / sizeof *command_options; i++) {
        const struct command_option *option = &command_options[i];
        bool is_it = option->id == id && strcmp(option->command, command->name) == 0;
        if (is_it) return option->help;
    }
    return option_row(id)->help;
}

/* How many of `words` the name is; 0 when it is not. */
static unsigned name_matches(
    const char *name, const char *const *words, unsigned count) {
    struct scan scan = scan_of(slice_of(name));
    struct slice part;
    unsigned used = 0;
    while (scan_word(&scan, &part)) {
        if (used == count || !slice_equals(part, words[used])) return 0;
        used++;
    }
    return used;
}

/* The nearest name, or the nearest first word of one, in `meant`; empty for none. */
static void nearest_name(const char *words, bool whole, char meant[NAME_SIZE]) {
    struct suggest suggest = suggest_for(slice_of(words));
    meant[0] = '\0';
    for (unsigned i = 0; i < program_command_count; i++) {
        char name[NAME_SIZE];
        text_copy_cut(name, sizeof name, program_commands[i].name);
        if (!whole) name[strcspn(name, " ")] = '\0';
        suggest_offer(&suggest, name);
        if (suggest.nearest != name) continue;
        text_copy_cut(meant, NAME_SIZE, name);
        suggest.nearest = meant;
    }
}

/* "config" alone: the second words that it can have; empty when it can have none. */
static void list_second_words(const char *first, struct text *text) {
    size_t length = strlen(first);
    for (unsigned i = 0; i < program_command_count; i++) {
        const char *name = program_commands[i].name;
        if (strncmp(name, first, length) != 0 || name[length] != ' ') continue;
        text_addf(text, "%s%s", text->length > 0 ? ", " : "", name + length + 1);
    }
}

static bool unknown_command(
    const char *const *words, unsigned count, struct error *err) {
    char first[SHOWN_SIZE];
    char whole[2 * SHOWN_SIZE];
    char second_words[NAMES_SIZE];
    char meant[NAME_SIZE] = "";
    struct text both = TEXT_IN(whole);
    struct text known = TEXT_IN(second_words);
    safe_text_copy(first, sizeof first, slice_of(words[0]));
    text_addf(&both, "%s ", first);
    if (count > 1) safe_text_add(&both, slice_of(words[1]));
    list_second_words(words[0], &known);
    if (count > 1) nearest_name(whole, true, meant);
    if (!meant[0] && known.length > 0) {
        return error_set(err, ERROR_USAGE, "%s needs one of: %s", first, second_words);
    }
    if (!meant[0]) nearest_name(first, false, meant);
    if (meant[0]) {
        return error_set(
            err, ERROR_USAGE, "unknown command \"%s\" (did you mean \"%s\"?)",
            strchr(meant, ' ') ? whole : first, meant);
    }
    return error_set(
        err, ERROR_USAGE, "unknown command \"%s\" (flightdeck help lists them)", first);
}

const struct program_command *program_command_find(
    const char *const *words, unsigned count, unsigned *used, struct error *err) {
    const struct program_command *best = NULL;
    *used = 0;
    for (unsigned i = 0; i < program_command_count; i++) {
        unsigned matched = name_matches(program_commands[i].name, words, count);
        if (matched <= *used) continue;
        best = &program_commands[i];
        *used = matched;
    }
    if (best) return best;
    unknown_command(words, count, err);
    return NULL;
}

static bool is_one_of(struct slice words, const char *word) {
    struct scan scan = scan_of(words);
    while (!scan_done(&scan)) {
        if (slice_equals(scan_until(&scan, '|'), word)) return true;
    }
    return false;
}

/* "bash|zsh|fish" lists words; "FILE|-" and "URL" stand for something. */
static bool lists_words(struct slice operand) {
    return operand.data[0] >= 'a' && operand.data[0] <= 'z';
}

static struct slice without_brackets(struct slice operand) {
    if (operand.data[0] != '[') return operand;
    return (struct slice){.data = operand.data + 1, .length = operand.length - 2};
}

bool program_command_accepts(
    const struct program_command *command, const struct operands *operands,
    struct error *err) {
    struct scan scan = scan_of(slice_of(command->operands));
    struct slice operand;
    unsigned at = 0;
    while (scan_word(&scan, &operand)) {
        struct slice bare = without_brackets(operand);
        if (at == operands->count) {
            if (bare.length < operand.length) continue;
            return error_set(
                err, ERROR_USAGE, "%s is missing",
                bare.length ? command->operands : "");
        }
        if (lists_words(bare) && !is_one_of(bare, operands->items[at])) {
            char shown[SHOWN_SIZE];
            safe_text_copy(shown, sizeof shown, slice_of(operands->items[at]));
            return error_set(
                err, ERROR_USAGE, "expected one of %.*s, got \"%s\"", (int)bare.length,
                bare.data, shown);
        }
        at++;
    }
    if (at == operands->count) return true;
    char shown[SHOWN_SIZE];
    safe_text_copy(shown, sizeof shown, slice_of(operands->items[at]));
    return error_set(err, ERROR_USAGE, "\"%s\" is one argument too many", shown);
}
