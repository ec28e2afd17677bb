/* SPDX-License-Identifier: MIT */
#include "dispatch.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "help.h"
#include "terminal.h"

/* What runs when there is nothing but options, or a URL: the row without a name. */
static const struct program_command *cockpit(void) {
    for (unsigned i = 0; i < program_command_count; i++) {
        if (program_commands[i].name[0] == '\0') return &program_commands[i];
    }
    return NULL;
}

static bool is_url(const char *word) {
    return strstr(word, "://") != NULL;
}

static const struct program_command *find_command(
    const char *const *words, unsigned count, unsigned *used, struct error *err) {
    const struct program_command *bare = cockpit();
    *used = 0;
    if (count > 0 && !(bare && is_url(words[0]))) {
        return program_command_find(words, count, used, err);
    }
    if (!bare) {
        error_set(
            err, ERROR_USAGE, "a command is missing (flightdeck help lists them)");
    }
    return bare;
}

static bool check_options(
    const struct program_command *command, const struct options *options,
    struct error *err) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!options_has(options, (enum option_id)i)) continue;
        if (command->takes & TAKES(i)) continue;
        return error_set(
            err, ERROR_USAGE, "--%s makes no sense here",
            option_row((enum option_id)i)->name);
    }
    return true;
}

static void add_formats(
    const struct program_command *command, struct text *text, const char * or) {
    for (unsigned i = 0; i < FORMAT_COUNT; i++) {
        if (!(command->takes & WRITES(i))) continue;
        text_addf(text, "%s%s", text->length > 0 ? or : "", format_name(i));
    }
}

static bool read_format(
    const struct program_command *command, struct invocation *invocation,
    struct error *err) {
    const char *name = invocation->options.values[OPTION_FORMAT];
    invocation->format = FORMAT_TEXT;
    if (!name) return true;
    bool known = format_from_name(name, &invocation->format);
    if (known && (command->takes & WRITES(invocation->format))) return true;
    char formats[128];
    struct text text = TEXT_IN(formats);
    add_formats(command, &text, ", ");
    return error_set(err, ERROR_USAGE, "--format: expected one of %s", formats);
}

static bool fill_invocation(
    const struct program_command *command, struct invocation *invocation,
    struct error *err) {
    return check_options(command, &invocation->options, err) &&
           options_read_variables(
               &invocation->options, (uint64_t)command->takes, err) &&
           read_format(command, invocation, err) &&
           program_command_accepts(command, &invocation->operands, err);
}

/* Whether help or the version is asked for,
 * which nothing else may stand in the way of. */
static bool only_asks(const struct options *options) {
    return options_has(options, OPTION_HELP) || options_has(options, OPTION_VERSION);
}

/* "config --help": of the commands that begin with this word. */
static bool asks_for_family(
    int argc, char *const *argv, struct invocation *invocation) {
    struct error err;
    struct options *options = &invocation->options;
    if (argc == 0 || !help_has_family(argv[0])) return false;
    if (!options_read(options, argc, argv, &invocation->operands, &err)) return false;
    invocation->command = argv[0];
    return invocation->operands.count == 0 && options_has(options, OPTION_HELP);
}

bool dispatch_read(
    int argc, char *const *argv, struct invocation *invocation,
    const struct program_command **command, struct error *err) {
    struct options *options = &invocation->options;
    int first = 0;
    unsigned words = 0;
    *command = NULL;
    if (!options_read_leading(options, argc, argv, &first, err)) return false;
    if (first == argc && only_asks(options)) return true;
    const char *const *rest = (const char *const *)(argv + first);
    const struct program_command *found =
        find_command(rest, (unsigned)(argc - first), &words, err);
    if (!found) return asks_for_family(argc - first, argv + first, invocation);
    invocation->command = found->name;
    *command = found;

    /* getopt takes the word in front of the rest for the program's name. */
    int skipped = first + (int)words - 1;
    if (!options_read(
            options, argc - skipped, argv + skipped, &invocation->operands, err)) {
        return false;
    }
    return only_asks(options) || fill_invocation(found, invocation, err);
}

static int print_version(const struct invocation *invocation) {
    return invocation_finish(
        invocation, slice_of("flightdeck " FLIGHTDECK_VERSION "\n"), EXIT_CODE_OK);
}

static int print_help(
    const struct invocation *invocation, const struct program_command *command) {
    struct buffer help;
    buffer_init(&help, HELP_BYTES_MAX);
    if (command && command->name[0]) {
        help_add_command(&help, command);
    } else if (!command && invocation->command[0]) {
        help_add_family(&help, invocation->command);
    } else {
        help_add_overview(&help);
    }
    int code = invocation_finish(invocation, buffer_slice(&help), EXIT_CODE_OK);
    buffer_clear(&help);
    return code;
}

int dispatch(int argc, char *const *argv) {
    struct invocation invocation = {.command = "", .program = argv[0]};
    const struct program_command *command = NULL;
    struct error err;
    if (!dispatch_read(argc, argv, &invocation, &command, &err)) {
        return invocation_fail(&invocation, EXIT_CODE_USAGE, &err);
    }
    if (options_has(&invocation.options, OPTION_VERSION)) {
        return print_version(&invocation);
    }
    if (!command || options_has(&invocation.options, OPTION_HELP)) {
        return print_help(&invocation, command);
    }
    if (!invocation_check_output(&invocation, &err)) {
        return invocation_fail(&invocation, EXIT_CODE_USAGE, &err);
    }
    if ((command->takes & NEEDS_TERMINAL) && !terminal_usable(&err)) {
        return invocation_fail(&invocation, EXIT_CODE_USAGE, &err);
    }
    return command->run(&invocation);
}
