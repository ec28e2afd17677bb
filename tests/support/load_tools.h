/* Programs that make load, ours and those of Debian, and what one of them takes for its
 * requests. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "support/load_nginx.h"
#include "support/processors.h"

/* clang-format off */
/*    id                name       path               command: connections, seconds, URL, locust's file */
#define LOAD_TOOLS(X) \
    X(LOAD_TOOL_OURS,   "ours",    "",                "") \
    X(LOAD_TOOL_WRK,    "wrk",     "/usr/bin/wrk",    "-t1 -c$1 -d${2}s --latency --timeout 20s $3") \
    X(LOAD_TOOL_HEY,    "hey",     "/usr/bin/hey",    "-c $1 -z ${2}s -t 20 $3") \
    X(LOAD_TOOL_AB,     "ab",      "/usr/bin/ab",     "-q -k -c $1 -t $2 -n 10000000 -s 20 $3") \
    X(LOAD_TOOL_H2LOAD, "h2load",  "/usr/bin/h2load", "--h1 -t1 -c $1 -m1 -D $2 $3") \
    X(LOAD_TOOL_LOCUST, "locust",  "/usr/bin/locust", "-f \"$4\" --headless --only-summary -H $3 -u $1 -r $1 -t ${2}s")
/* clang-format on */

enum load_tool {
#define X(id, name, path, command) id,
    LOAD_TOOLS(X)
#undef X
        LOAD_TOOL_COUNT
};

const char *load_tool_name(enum load_tool tool);

/* Says why on stdout when not. */
bool load_tool_is_here(enum load_tool tool);

enum { LOAD_TOOL_PER = 100000 }; /* requests that the figures speak of */

struct load_ask {
    unsigned connections, seconds;
    bool tls;
    const char *locust_file;
};

struct load_figure {
    bool valid;   /* it ended well, and there were requests */
    bool quiet;   /* nothing else ran on either processor */
    int code;     /* of its exit */
    double cpu_s; /* per LOAD_TOOL_PER requests, as nginx counts them */
    double rss_mib;
    double per_second;
};

/* Runs it once, on the near processor; nginx is on the far one. */
struct load_figure load_tool_measure(
    enum load_tool tool, const struct load_ask *ask, const struct load_nginx *nginx,
    const struct processors *processors);
