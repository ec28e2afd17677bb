/* SPDX-License-Identifier: MIT */
#include "manual.h"

#include <string.h>

#include "commands.h"

static const char head[] =
    ".Dd November 23, 2026\n"
    ".Dt FLIGHTDECK 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm flightdeck\n"
    ".Nd cockpit for taking an AI agent service into production\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Op Ar options\n"
    ".Op Ar URL\n"
    ".Nm\n"
    ".Ar command\n"
    ".Op Ar options\n"
    ".Op Ar operands\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "shows an AI agent service live in a terminal, proves that it works, and lets a "
    "new\n"
    "version in step by step.\n"
    "Without a command it opens the cockpit on the configured target, or on nothing "
    "but a\n"
    "URL.\n"
    "Commands do the same without a screen.\n"
    ".Pp\n"
    "A target is local, staging or production; a URL that is not on this machine is\n"
    "production.\n"
    "On production a command acts only with\n"
    ".Fl -confirm\n"
    "and the target's name, or after the name has been typed at a terminal.\n"
    ".Pp\n"
    "Standard output carries the asked-for result and nothing else.\n"
    "No data is never taken for good news: it is inconclusive.\n";

static const char configuration[] =
    ".Sh CONFIGURATION\n"
    "A flag wins over a variable, that over\n"
    ".Pa ./flightdeck.yaml ,\n"
    "that over\n"
    ".Pa $XDG_CONFIG_HOME/flightdeck/config.yaml ,\n"
    "and that over the default.\n"
    "Files are strict YAML: what is unknown, doubled or out of its limits is refused "
    "with\n"
    "its line and column.\n"
    "Secrets are named, never written:\n"
    ".Ql ${env:NAME}\n"
    "is a variable,\n"
    ".Ql ${file:/path}\n"
    "a file with mode 0600.\n"
    ".Pp\n"
    "Whoever wrote the folder wrote\n"
    ".Pa ./flightdeck.yaml ,\n"
    "so until\n"
    ".Nm Cm trust\n"
    "it may read no file, present no key, and send no secret to a host and port that "
    "the\n"
    "operator's own file does not name.\n"
    "Any change to the file revokes the trust.\n"
    ".Sh SCRIPTS\n"
    ".Nm Cm batch\n"
    "runs one command per line and stops at the first failure, whose exit code is "
    "kept.\n"
    "Words are separated by blanks; single quotes take everything as it is, double "
    "quotes\n"
    "and bare words know\n"
    ".Ql \\e\n"
    "and\n"
    ".Ql ${NAME} .\n"
    "A\n"
    ".Ql #\n"
    "at the start of a word begins a comment, a\n"
    ".Ql \\e\n"
    "at the end of a line goes on in the next one.\n"
    ".Bl -tag -width Ds\n"
    ".It Cm set Ar NAME VALUE\n"
    "gives\n"
    ".Ql ${NAME}\n"
    "a value from there on; when the name is that of an option with a variable, such "
    "as\n"
    ".Cm target ,\n"
    "it is also what the commands below use.\n"
    ".It Cm on failure No ... Cm end\n"
    "runs when a command has failed or the script was interrupted.\n"
    ".It Cm always No ... Cm end\n"
    "runs at the end in any case.\n"
    ".El\n"
    ".Pp\n"
    "Every line is understood before the first one runs.\n";

static const char journal[] =
    ".Sh JOURNAL\n"
    "What acts on a target is written down before its first request goes out, and what "
    "came of\n"
    "it after the last one; a run that was killed is one that never ended.\n"
    "When the history cannot be written, checks still run, with a warning; but on "
    "production\n"
    "nothing that acts is sent then, and the command ends with 2.\n"
    ".Ev XDG_STATE_HOME\n"
    "names another folder.\n";

static const char files[] =
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa ./flightdeck.yaml\n"
    "what the project says of its targets\n"
    ".It Pa $XDG_CONFIG_HOME/flightdeck/config.yaml\n"
    "the operator's own configuration\n"
    ".It Pa $XDG_STATE_HOME/flightdeck/\n"
    "history, recordings, which project files are trusted, exports and\n"
    "the text copied last\n"
    ".It Pa $XDG_RUNTIME_DIR/flightdeck/\n"
    "sockets, locks and running demos\n"
    ".El\n";

static const char examples[] =
    ".Sh EXAMPLES\n"
    "A whole service on this machine, and the cockpit on it:\n"
    ".Dl $ flightdeck demo\n"
    ".Pp\n"
    "Look at a service of one's own, write its files, and test it:\n"
    ".Dl $ flightdeck init https://agent.example\n"
    ".Dl $ flightdeck smoke --checks checks.yaml --confirm agent.example\n";

/* Text of ours, in which only a dot or quote at the start
 * of a line and a backslash mean something to mdoc. */
static void add_words(struct buffer *to, const char *words) {
    if (*words == '.' || *words == '\'') buffer_add_string(to, "\\&");
    for (; *words; words++) {
        if (*words == '\\') {
            buffer_add_string(to, "\\e");
        } else {
            buffer_add_char(to, *words);
        }
    }
}

static void add_own_options(struct buffer *to, const struct program_command *command) {
    const char *before = "Takes\n";
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!(command->takes & ~TAKES_ALWAYS & TAKES(i))) continue;
        buffer_addf(to, "%s.Fl -%s\n", before, option_row((enum option_id)i)->name);
        before = "";
    }
    if (before[0] == '\0') buffer_add_string(to, "and what every command takes.\n");
}

static void add_commands(struct buffer *to) {
    buffer_add_string(to, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
    for (unsigned i = 0; i < program_command_count; i++) {
        const struct program_command *command = &program_commands[i];
        if (command->name[0] == '\0') continue;
        buffer_addf(to, ".It Cm %s", command->name);
        if (command->operands[0]) buffer_addf(to, " Ar \"%s\"", command->operands);
        buffer_add_char(to, '\n');
        add_words(to, command->help);
        buffer_add_string(to, ".\n");
        if (command->takes & COMMAND_ACTS_BIT) {
            buffer_add_string(to, "It acts on the target.\n");
        }
        add_own_options(to, command);
    }
    buffer_add_string(to, ".El\n");
}

static void add_options(struct buffer *to) {
    buffer_add_string(to, ".Sh OPTIONS\n.Bl -tag -width Ds\n");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = option_row((enum option_id)i);
        buffer_addf(to, ".It Fl -%s", row->name);
        if (row->argument) buffer_addf(to, " Ar \"%s\"", row->argument);
        if (row->letter) buffer_addf(to, " , Fl %c", row->letter);
        buffer_add_char(to, '\n');
        add_words(to, row->help);
        buffer_add_string(to, ".\n");
    }
    buffer_add_string(to, ".El\n.Pp\nFormats are");
    for (unsigned i = 0; i < FORMAT_COUNT; i++) {
        buffer_addf(
            to, "\n.Cm %s%s", format_name((enum format)i),
            i + 1 < FORMAT_COUNT ? " ," : " ;");
    }
    buffer_add_string(to, "\n.Nm Cm help Ar command\nsays which of them it writes.\n");
}

static void add_variables(struct buffer *to) {
    buffer_add_string(
        to, ".Sh ENVIRONMENT\nEach says what the option says when it is not given.\n"
            ".Bl -tag -width Ds\n");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const char *variable = option_variable((enum option_id)i);
        if (!variable) continue;
        buffer_addf(
            to, ".It Ev %s\n.Fl -%s\n", variable, option_row((enum option_id)i)->name);
    }
    buffer_add_string(
        to, ".El\n.Pp\n.Ev NO_COLOR\nand\n.Ev CLICOLOR_FORCE\nare honoured.\n");
}

static void add_exit_codes(struct buffer *to) {
    static const struct {
        int code;
        const char *words;
    } rows[] = {
        {0, "passed"},
        {1, "ran and failed"},
        {2, "usage, configuration or check file; nothing was run"},
        {3, "could not run: not reached, TLS refused, not authorised"},
        {4, "inconclusive: no data, too few samples, stale"},
        {5, "a canary was rolled back, and the rollback is verified"},
        {6, "needs a person: a rollback or a fault could not be verified"},
        {70, "internal error"},
        {130, "stopped by SIGINT"},
        {143, "stopped by SIGTERM or SIGHUP"},
    };
    buffer_add_string(to, ".Sh EXIT STATUS\n.Bl -tag -width 143\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buffer_addf(to, ".It %d\n%s\n", rows[i].code, rows[i].words);
    }
    buffer_add_string(to, ".El\n");
}

void manual_add(struct buffer *to) {
    buffer_add_string(to, head);
    add_commands(to);
    add_options(to);
    buffer_add_string(to, configuration);
    add_variables(to);
    buffer_add_string(to, journal);
    buffer_add_string(to, files);
    add_exit_codes(to);
    buffer_add_string(to, examples);
}
