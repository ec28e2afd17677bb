/* A batch script: one command per line, with variables and blocks for what must happen
 * when something fails and at the end in any case. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

enum {
    SCRIPT_BYTES_MAX = 256 * 1024,
    SCRIPT_TEXT_MAX = 1024 * 1024, /* of all words, variables put in */
    SCRIPT_COMMANDS_MAX = 1024,
    SCRIPT_WORDS_MAX = 16384,
    SCRIPT_LINE_WORDS_MAX = 60, /* with its NULL and name it is what a process takes */
    SCRIPT_SETS_MAX = 256,
};

/* Blocks count for the whole script, wherever they stand. */
enum script_part { SCRIPT_MAIN, SCRIPT_ON_FAILURE, SCRIPT_ALWAYS };

struct script_command {
    uint32_t line;
    enum script_part part;
    uint32_t word_count;
    const char *const *words; /* borrowed from the script */
    uint32_t set_count;       /* how many `set` lines stand above it */
};

struct script;

/* The language: words are separated by blanks; '...' takes everything as it is, "..."
 * and bare words know \ and ${NAME}; # at the start of a word begins a comment; \ at
 * the end of a line goes on in the next one. `set NAME VALUE` gives ${NAME} a value
 * from there on; `on failure` and `always` begin blocks that `end` closes. NULL, with
 * `err` reading "file:line:column: why", for anything else. */
struct script *script_parse(struct slice text, const char *file, struct error *err);
void script_free(struct script *script);

uint32_t script_command_count(const struct script *script);
const struct script_command *script_command(
    const struct script *script, uint32_t index);

/* What `set` gave a name above that command, or NULL. */
const char *script_value(
    const struct script *script, const struct script_command *command,
    const char *name);

const char *script_part_name(enum script_part part);
