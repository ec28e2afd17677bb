/* SPDX-License-Identifier: MIT */
#include "completion.h"

#include <string.h>

#include "commands.h"

enum argument_kind { ARGUMENT_NONE, ARGUMENT_WORDS, ARGUMENT_FILE, ARGUMENT_OTHER };

static enum argument_kind argument_kind(enum option_id id) {
    const char *argument = option_row(id)->argument;
    if (!argument) return ARGUMENT_NONE;
    if (argument[0] >= 'a' && argument[0] <= 'z') return ARGUMENT_WORDS;
    if (strcmp(argument, "FILE") == 0) return ARGUMENT_FILE;
    return id == OPTION_FORMAT ? ARGUMENT_WORDS : ARGUMENT_OTHER;
}

/* The words that an option may have, separated by blanks. */
static void add_argument_words(struct buffer *to, enum option_id id) {
    if (id == OPTION_FORMAT) {
        for (unsigned i = 0; i < FORMAT_COUNT; i++) {
            buffer_addf(to, "%s%s", i > 0 ? " " : "", format_name((enum format)i));
        }
        return;
    }
    for (const char *at = option_row(id)->argument; *at && *at != ','; at++) {
        buffer_add_char(to, *at == '|' ? ' ' : *at);
    }
}

static void add_pattern(struct buffer *to, enum option_id id, const char *between) {
    const struct option_row *row = option_row(id);
    buffer_addf(to, "--%s", row->name);
    if (row->letter) buffer_addf(to, "%s-%c", between, row->letter);
}

/* The words of "[bash|zsh|fish]"; nothing for "FILE". */
static void add_operand_words(struct buffer *to, const char *operands) {
    bool listing = false;
    for (const char *at = operands; *at; at++) {
        bool starts = at == operands || at[-1] == ' ' || at[-1] == '[' || at[-1] == '|';
        if (starts) listing = *at >= 'a' && *at <= 'z';
        if (*at == '[' || *at == ']') continue;
        if (listing) buffer_add_char(to, *at == '|' ? ' ' : *at);
    }
}

static void add_options(struct buffer *to, const struct program_command *command) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!(command->takes & TAKES(i))) continue;
        buffer_addf(to, " --%s", option_row((enum option_id)i)->name);
    }
}

static bool is_first_word(unsigned index) {
    const char *name = program_commands[index].name;
    size_t length = strcspn(name, " ");
    for (unsigned i = 0; i < index; i++) {
        const char *before = program_commands[i].name;
        if (strncmp(before, name, length) == 0 &&
            (before[length] == ' ' || before[length] == '\0')) {
            return false;
        }
    }
    return length > 0;
}

/* "smoke status config": every first word once. */
static void add_first_words(struct buffer *to) {
    for (unsigned i = 0; i < program_command_count; i++) {
        if (!is_first_word(i)) continue;
        const char *name = program_commands[i].name;
        buffer_addf(to, "%.*s ", (int)strcspn(name, " "), name);
    }
}

/* The second words of a first word, which may also be a command by itself. */
static void add_second_words(struct buffer *to, const char *name) {
    size_t length = strcspn(name, " ");
    for (unsigned i = 0; i < program_command_count; i++) {
        const char *other = program_commands[i].name;
        if (strncmp(other, name, length) == 0 && other[length] == ' ') {
            buffer_addf(to, "%s ", other + length + 1);
        }
    }
}

/* What may follow a command, for its arm of a `case`. */
static void add_command_words(
    struct buffer *to, const struct program_command *command) {
    add_operand_words(to, command->operands);
    add_options(to, command);
}

static void add_command_arms(struct buffer *to) {
    for (unsigned i = 0; i < program_command_count; i++) {
        const struct program_command *command = &program_commands[i];
        buffer_addf(to, "    \"%s\") words=\"", command->name);
        if (!strchr(command->name, ' ') && command->name[0]) {
            add_second_words(to, command->name);
        }
        add_command_words(to, command);
        const char *files = strstr(command->operands, "FILE") ? " files=yes" : "";
        buffer_addf(to, "\"%s ;;\n", files);
    }
    for (unsigned i = 0; i < program_command_count; i++) {
        const char *name = program_commands[i].name;
        if (!strchr(name, ' ') || !is_first_word(i)) continue;
        buffer_addf(to, "    \"%.*s\") words=\"", (int)strcspn(name, " "), name);
        add_second_words(to, name);
        buffer_add_string(to, "\" ;;\n");
    }
}

static void add_argument_arms(struct buffer *to) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        enum argument_kind kind = argument_kind(id);
        if (kind == ARGUMENT_NONE) continue;
        buffer_add_string(to, "    ");
        add_pattern(to, id, "|");
        if (kind == ARGUMENT_WORDS) {
            buffer_add_string(to, ") COMPREPLY=($(compgen -W \"");
            add_argument_words(to, id);
            buffer_add_string(to, "\" -- \"$current\")); return ;;\n");
        } else if (kind == ARGUMENT_FILE) {
            buffer_add_string(
                to, ") COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n");
        } else {
            buffer_add_string(to, ") return ;;\n");
        }
    }
}

static void add_bash(struct buffer *to) {
    buffer_add_string(
        to, "_flightdeck() {\n"
            "    local current=${COMP_WORDS[COMP_CWORD]} words= command= word files= "
            "skip= i\n"
            "    COMPREPLY=()\n"
            "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n");
    add_argument_arms(to);
    buffer_add_string(
        to, "    esac\n"
            "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
            "        word=${COMP_WORDS[i]}\n"
            "        [ -n \"$skip\" ] && { skip=; continue; }\n"
            "        case $word in\n        ");
    const char *between = "";
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (argument_kind((enum option_id)i) == ARGUMENT_NONE) continue;
        buffer_add_string(to, between);
        add_pattern(to, (enum option_id)i, "|");
        between = "|";
    }
    buffer_add_string(
        to, ") skip=yes ;;\n"
            "        -*) ;;\n"
            "        *) command=\"${command:+$command }$word\" ;;\n"
            "        esac\n"
            "    done\n"
            "    case $command in\n"
            "    \"\") words=\"");
    add_first_words(to);
    buffer_add_string(to, "--help --version\" ;;\n");
    add_command_arms(to);
    buffer_add_string(
        to, "    *) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
            "    esac\n"
            "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
            "    [ -z \"$files\" ] || COMPREPLY+=($(compgen -f -- \"$current\"))\n"
            "}\n");
}

/* zsh runs completions of bash through its own layer. */
static void add_zsh(struct buffer *to) {
    buffer_add_string(
        to, "#compdef flightdeck\nautoload -Uz bashcompinit && bashcompinit\n");
    add_bash(to);
    buffer_add_string(to, "complete -o default -F _flightdeck flightdeck\n");
}

/* In single quotes of a shell. */
static void add_quoted(struct buffer *to, const char *words) {
    buffer_add_char(to, '\'');
    for (; *words; words++) {
        if (*words == '\'') buffer_add_char(to, '\\');
        buffer_add_char(to, *words);
    }
    buffer_add_char(to, '\'');
}

static void add_fish_option(
    struct buffer *to, const char *condition, enum option_id id) {
    const struct option_row *row = option_row(id);
    buffer_addf(to, "complete -c flightdeck -n \"%s\" -l %s", condition, row->name);
    if (row->letter) buffer_addf(to, " -s %c", row->letter);
    enum argument_kind kind = argument_kind(id);
    if (kind == ARGUMENT_FILE) buffer_add_string(to, " -r -F");
    if (kind == ARGUMENT_OTHER) buffer_add_string(to, " -x");
    if (kind == ARGUMENT_WORDS) {
        buffer_add_string(to, " -x -a '");
        add_argument_words(to, id);
        buffer_add_char(to, '\'');
    }
    buffer_add_string(to, " -d ");
    add_quoted(to, row->help);
    buffer_add_char(to, '\n');
}

static void add_fish_command(struct buffer *to, const struct program_command *command) {
    const char *blank = strchr(command->name, ' ');
    size_t first = strcspn(command->name, " ");
    if (!blank) {
        buffer_addf(
            to, "complete -c flightdeck -f -n __fish_use_subcommand -a %s -d ",
            command->name);
    } else {
        buffer_addf(
            to,
            "complete -c flightdeck -f -n \"__fish_seen_subcommand_from %.*s\" -a %s "
            "-d ",
            (int)first, command->name, blank + 1);
    }
    add_quoted(to, command->help);
    buffer_add_char(to, '\n');

    struct buffer condition;
    buffer_init(&condition, 256);
    buffer_addf(
        &condition, "__fish_seen_subcommand_from %.*s", (int)first, command->name);
    if (blank) {
        buffer_addf(&condition, "; and __fish_seen_subcommand_from %s", blank + 1);
    }
    buffer_addf(to, "complete -c flightdeck -n \"%s\" -a '", buffer_string(&condition));
    add_operand_words(to, command->operands);
    buffer_add_string(to, "'\n");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!(command->takes & TAKES(i))) continue;
        add_fish_option(to, buffer_string(&condition), (enum option_id)i);
    }
    buffer_clear(&condition);
}

static void add_fish(struct buffer *to) {
    for (unsigned i = 0; i < program_command_count; i++) {
        if (program_commands[i].name[0]) add_fish_command(to, &program_commands[i]);
    }
    /* First words that are no command by themselves. */
    for (unsigned i = 0; i < program_command_count; i++) {
        const char *name = program_commands[i].name;
        if (!strchr(name, ' ') || !is_first_word(i)) continue;
        buffer_addf(
            to, "complete -c flightdeck -f -n __fish_use_subcommand -a %.*s\n",
            (int)strcspn(name, " "), name);
    }
}

bool completion_add(struct buffer *to, const char *shell) {
    if (strcmp(shell, "zsh") == 0) {
        add_zsh(to);
    } else if (strcmp(shell, "fish") == 0) {
        add_fish(to);
    } else if (strcmp(shell, "bash") == 0) {
        add_bash(to);
        buffer_add_string(to, "complete -o filenames -F _flightdeck flightdeck\n");
    } else {
        return false;
    }
    return true;
}
