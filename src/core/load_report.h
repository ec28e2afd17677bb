/* What load generators measured: each of them says it every second, and all of it can
 * be added up exactly, in any order. Large: for the heap. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_plan.h"
#include "core/load_row.h"

enum { LOAD_ROWS_MAX = 2 * LOAD_TASKS_MAX, LOAD_END_WORDS_SIZE = 240 };

/* A request that the generator itself started later than that was late. */
#define LOAD_LATE_US UINT64_C(1000)

/* Why a generator has ended; the later ones are worse. */
#define LOAD_ENDS(X)                                           \
    X(LOAD_RUNS, "runs")                                       \
    X(LOAD_ENDED_TIME, "the run time is over")                 \
    X(LOAD_ENDED_REQUESTS, "all requests were sent")           \
    X(LOAD_ENDED_STOPPED, "stopped")                           \
    X(LOAD_ENDED_SIGNAL, "stopped by a signal")                \
    X(LOAD_ENDED_UNREACHED, "the target could not be reached") \
    X(LOAD_ENDED_REFUSED, "it cannot do what was asked for")

enum load_end {
#define X(id, words) id,
    LOAD_ENDS(X)
#undef X
        LOAD_END_COUNT
};

/* How the generator itself is: is it the limit? */
struct load_health {
    struct histogram lag;    /* a timer each 10 ms: how late it was; microseconds */
    struct histogram delay;  /* of the starts: actual minus intended; microseconds */
    uint64_t late;           /* starts by more than LOAD_LATE_US */
    uint64_t waited;         /* starts that had to wait for a free connection */
    uint64_t cpu_us;         /* user and system time */
    uint64_t opened, reused; /* connections made; requests on one that was there */
    uint64_t stale;   /* idle connections that turned out to be closed by the server */
    uint64_t starved; /* not made: no descriptor, port or memory was left here */
};

/* As things stand at the end of the interval; added up over shards only. */
struct load_gauges {
    uint64_t level_milli; /* thousandths of users or of starts per second, wanted */
    uint64_t users;       /* that have come and not gone */
    uint64_t in_flight, waiting; /* requests: sent; for a free connection */
    uint64_t connections, descriptors, rss_bytes;
};

struct load_report {
    uint64_t sequence;                 /* of one generator, from 1 */
    uint64_t start_ns, end_ns;         /* of the interval, since the start of the run */
    int64_t wall_ms;                   /* of its end */
    uint32_t shards;                   /* whose reports these are */
    uint32_t ended;                    /* enum load_end */
    char words[LOAD_END_WORDS_SIZE];   /* why, when it ended badly; safe to show */
    char trouble[LOAD_END_WORDS_SIZE]; /* of a connection that was not made; the same */
    struct load_gauges gauges;
    struct load_health health;
    uint32_t row_count; /* tasks, then the polls of their jobs, in the same order */
    struct load_row rows[LOAD_ROWS_MAX];
};

/* Adds what other generators, or other seconds,
 * say. `to` is all zeros to begin with. */
void load_report_add(struct load_report *to, const struct load_report *from);

/* The same over time: gauges, words and the end are those of the later one. */
void load_report_follow(struct load_report *to, const struct load_report *from);

/* All rows as one; row `task`, and row `task_count + task`, are those of a task. */
void load_report_sum(const struct load_report *report, struct load_row *sum);

/* The next interval begins: all zeros, but touches only what was used. */
void load_report_next(struct load_report *report);

const char *load_end_words(enum load_end end);

extern const struct record load_report_record;
