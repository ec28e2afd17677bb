/* SPDX-License-Identifier: MIT */
#include "io/redis_permit.h"

#include <string.h>
#include <strings.h>

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

bool redis_permit_read(const struct slice *args, size_t arg_count) {
    if (arg_count == 0) return false;
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        if (!is_word(args[0], reads[i].command)) continue;
        if (!reads[i].subcommand) return true;
        if (arg_count > 1 && is_word(args[1], reads[i].subcommand)) return true;
    }
    return false;
}
