/* SPDX-License-Identifier: MIT */
#include "io/redis_permit.h"

#include <string.h>
#include <strings.h>

/* Whatever shares a load run between machines stands under this. */
#define LOAD_KEYS "flightdeck:load:"

/* Where a rollout's controller says how far it is: see rollout_key(). */
#define ROLLOUT_KEYS "flightdeck:rollout:"

/* None of these writes, blocks the server for long or shows its configuration. Where a
 * second word is named, it has to be that one. */
/* clang-format off */
#define READS(X) \
    X("PING",    NULL), \
    X("INFO",    NULL), \
    X("TIME",    NULL), \
    X("DBSIZE",  NULL), \
    X("TYPE",    NULL), \
    X("TTL",     NULL), \
    X("SCAN",    NULL), \
    X("LLEN",    NULL), \
    X("LINDEX",  NULL), \
    X("HGETALL", NULL), \
    X("XLEN",    NULL), \
    X("XRANGE",  NULL), \
    X("XPENDING", NULL), \
    X("XINFO",   "STREAM"), \
    X("XINFO",   "GROUPS"), \
    X("XINFO",   "CONSUMERS"), \
    X("CLIENT",  "LIST"), \
    X("SLOWLOG", "GET"), \
    X("SLOWLOG", "LEN"), \
    X("LATENCY", "LATEST"), \
    X("LATENCY", "HISTOGRAM"), \
    X("MEMORY",  "USAGE")
/* clang-format on */

struct read {
    const char *command;
    const char *subcommand; /* NULL for any arguments */
};

static const struct read reads[] = {
#define X(command, subcommand) \
    { command, subcommand }
    READS(X)
#undef X
};

static bool is_word(struct slice arg, const char *word) {
    return arg.length == strlen(word) && strncasecmp(arg.data, word, arg.length) == 0;
}

/* What a load run that is shared between machines writes and reads back: where its only
 * key stands, and how many words it has at most, so that no other key can follow. */
/* clang-format off */
#define LOAD_COMMANDS(X) \
    X("GET",     1, 2), \
    X("SET",     1, 6), \
    X("DEL",     1, 2), \
    X("PEXPIRE", 1, 3), \
    X("XADD",    1, 7), \
    X("XREAD",   4, 6)  /* XREAD COUNT n STREAMS key id */
/* clang-format on */

struct load_command {
    const char *command;
    size_t key, words_most;
};

static const struct load_command load_commands[] = {
#define X(command, key, words) \
    { command, key, words }
    LOAD_COMMANDS(X)
#undef X
};

static bool is_rollout_key(struct slice arg) {
    return slice_starts_with(arg, ROLLOUT_KEYS) && arg.length > strlen(ROLLOUT_KEYS);
}

/* What a key of somebody else holds is nobody's business:
 * only where a rollout stands is read as a whole. */
static bool reads_rollout(const struct slice *args, size_t arg_count) {
    return arg_count == 2 && is_word(args[0], "GET") && is_rollout_key(args[1]);
}

/* SET key value PX milliseconds */
bool redis_permit_publish(const struct slice *args, size_t arg_count) {
    enum { WORD, KEY, VALUE, WITH_END, END_MS, WORDS };
    return arg_count == WORDS && is_word(args[WORD], "SET") &&
           is_rollout_key(args[KEY]) && is_word(args[WITH_END], "PX");
}

bool redis_permit_read(const struct slice *args, size_t arg_count) {
    if (arg_count == 0) return false;
    if (reads_rollout(args, arg_count)) return true;
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        if (!is_word(args[0], reads[i].command)) continue;
        if (!reads[i].subcommand) return true;
        if (arg_count > 1 && is_word(args[1], reads[i].subcommand)) return true;
    }
    return false;
}

bool redis_permit_load(const struct slice *args, size_t arg_count) {
    for (size_t i = 0; i < sizeof load_commands / sizeof load_commands[0]; i++) {
        const struct load_command *row = &load_commands[i];
        if (arg_count <= row->key || arg_count > row->words_most) continue;
        if (!is_word(args[0], row->command)) continue;
        return slice_starts_with(args[row->key], LOAD_KEYS);
    }
    return redis_permit_read(args, arg_count);
}
