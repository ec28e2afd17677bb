/* SPDX-License-Identifier: MIT */
#include "help.h"

#include <string.h>

#include "base/text.h"

enum { LEFT_WIDTH = 30, LEFT_SIZE = 96 };

static void add_row(struct buffer *to, const char *left, const char *right) {
    if (strlen(left) > LEFT_WIDTH) {
        buffer_addf(to, "  %s\n  %*s  %s\n", left, LEFT_WIDTH, "", right);
    } else {
        buffer_addf(to, "  %-*s  %s\n", LEFT_WIDTH, left, right);
    }
}

static void add_formats(struct text *text, const struct program_command *command) {
    const char *between = "";
    for (unsigned i = 0; i < FORMAT_COUNT; i++) {
        if (!(command->takes & WRITES(i))) continue;
        text_addf(text, "%s%s", between, format_name((enum format)i));
        between = "|";
    }
}

static void add_option(
    struct buffer *to, enum option_id id, const struct program_command *command) {
    const struct option_row *row = option_row(id);
    char left[LEFT_SIZE];
    struct text text = TEXT_IN(left);
    if (row->letter) {
        text_addf(&text, "-%c, --%s", row->letter, row->name);
    } else {
        text_addf(&text, "    --%s", row->name);
    }
    if (id == OPTION_FORMAT) {
        text_add(&text, " ");
        add_formats(&text, command);
    } else if (row->argument) {
        text_addf(&text, " %s", row->argument);
    }
    const char *variable = option_variable(id);
    char right[2 * LEFT_SIZE];
    struct text help = TEXT_IN(right);
    text_add(&help, program_command_option(command, id));
    if (variable) text_addf(&help, " ($%s)", variable);
    add_row(to, left, right);
}

void help_add_command(struct buffer *to, const struct program_command *command) {
    buffer_addf(to, "flightdeck %s", command->name);
    if (command->operands[0]) buffer_addf(to, " %s", command->operands);
    buffer_addf(to, " [options]\n\n  %s\n\n", command->help);
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (command->takes & TAKES(i)) add_option(to, (enum option_id)i, command);
    }
    if (command->takes & COMMAND_ACTS_BIT) {
        buffer_add_string(
            to, "\nIt acts on the target: on production only with --confirm TARGET, or "
                "after the\nname of the target has been typed.\n");
    }
}

static void add_command(struct buffer *to, const struct program_command *command) {
    char left[LEFT_SIZE];
    struct text text = TEXT_IN(left);
    const char *blank = command->name[0] && command->operands[0] ? " " : "";
    text_addf(&text, "%s%s%s", command->name, blank, command->operands);
    add_row(to, left, command->help);
}

static bool is_of_family(const char *name, const char *first) {
    size_t length = strlen(first);
    return length > 0 && strncmp(name, first, length) == 0 && name[length] == ' ';
}

bool help_has_family(const char *first) {
    for (unsigned i = 0; i < program_command_count; i++) {
        if (is_of_family(program_commands[i].name, first)) return true;
    }
    return false;
}

bool help_add_family(struct buffer *to, const char *first) {
    bool found = false;
    for (unsigned i = 0; i < program_command_count; i++) {
        const char *name = program_commands[i].name;
        if (!is_of_family(name, first)) continue;
        if (!found) buffer_addf(to, "flightdeck %s\n\n", first);
        add_command(to, &program_commands[i]);
        found = true;
    }
    return found;
}

void help_add_overview(struct buffer *to) {
    buffer_add_string(
        to,
        "flightdeck: the cockpit for taking an AI agent service into production\n\n");
    for (unsigned i = 0; i < program_command_count; i++) {
        add_command(to, &program_commands[i]);
    }
    buffer_add_string(
        to,
        "\nflightdeck help COMMAND says what it takes. Exit codes: 0 passed, 1 failed, "
        "2 usage\nor configuration, 3 could not run, 4 inconclusive, 5 rolled back, 6 "
        "needs a person,\n70 internal error, 130 and 143 interrupted.\n");
}
