/* The barrier of a load run that several machines share: who has come, when all begin,
 * and who of them is lost. A place goes
 *
 *   EMPTY --ready--> WAITS --start--> RUNS --done----------> DONE
 *     '---silence------'      '-------'--gone or silent---> LOST
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "core/load_news.h"

enum load_place_state { PLACE_EMPTY, PLACE_WAITS, PLACE_RUNS, PLACE_DONE, PLACE_LOST };

/* Of one shard. */
struct load_place {
    enum load_place_state state;
    uint64_t token;    /* of the process that has it; 0 for none */
    uint64_t heard_ns; /* last */
    uint64_t sequence; /* of its last report */
    char who[LOAD_WHO_SIZE];
};

struct load_barrier {
    uint32_t shards;
    char digest[SHA256_HEX_SIZE];
    uint64_t began_ns, patience_ns;
    bool started;
    uint64_t start_ns; /* when all begin */
    uint32_t lost_count;
    char why[LOAD_WHY_SIZE];      /* the first loss, or who never came; safe to show */
    char stranger[LOAD_WHO_SIZE]; /* who came with another scenario; "" for nobody */
    struct load_place places[LOAD_SPLIT_MAX];
};

void load_barrier_init(
    struct load_barrier *barrier, uint32_t shards, uint64_t patience_ns,
    uint64_t now_ns);

enum load_heard {
    LOAD_HEARD_NOTHING,  /* or what is none of its business */
    LOAD_HEARD_NEW,      /* a shard has come */
    LOAD_HEARD_STRANGER, /* who came sends another load: `stranger` */
    LOAD_HEARD_REPORT,   /* the report counts */
};

/* `report` is NULL for none; it counts once and in its turn. */
enum load_heard load_barrier_hear(
    struct load_barrier *barrier, const struct load_news *news,
    const struct load_report *report, uint64_t now_ns);

enum load_barrier_next {
    LOAD_BARRIER_WAIT,
    LOAD_BARRIER_START,   /* all have come */
    LOAD_BARRIER_MISSING, /* not all came in time: `why` */
    LOAD_BARRIER_LOST,    /* others still run, and are to stop: `why` */
    LOAD_BARRIER_OVER,    /* nobody will report any more */
};

enum load_barrier_next load_barrier_look(struct load_barrier *barrier, uint64_t now_ns);

/* All begin at `start_ns`. */
void load_barrier_start(struct load_barrier *barrier, uint64_t start_ns);

/* Whoever still runs has not ended in time. */
void load_barrier_give_up(struct load_barrier *barrier);

/* How many have come, and how many will still report. */
uint32_t load_barrier_came(const struct load_barrier *barrier);
uint32_t load_barrier_speaking(const struct load_barrier *barrier);

/* The interval that all who will still report have left behind; UINT64_MAX when nobody
 * will. */
uint64_t load_barrier_left_behind(const struct load_barrier *barrier);

/* "shards 1 and 3 of 4". */
void load_barrier_add_missing(struct text *text, const struct load_barrier *barrier);
