/* A made-up world around real controllers: a router with a lease, instances, traffic, a
 * disk, two operators, and everything that goes wrong with them. Each thing that
 * happens is said to a log. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/random.h"
#include "core/rollout_launch.h"
#include "simulation/made_up_things.h"

struct sqlite;

enum { SEATS = 2, MADE_UP_LOG_MAX = 4 * 1024 * 1024 };

struct made_up {
    struct random random;
    struct buffer log;
    struct loop *nature;
    struct sqlite *sqlite; /* what is on disk, read beside the controller */
    int64_t last_event;
    struct rollout_launch *launch;
    struct made_up_seat seats[SEATS];
    struct made_up_seat *making; /* whose parts are being made */
    uint64_t epoch;              /* of the lock; 0: nobody ever had it */
    bool is_locked;
    struct made_up_router router;
    struct made_up_faults faults;
    bool is_calm; /* nothing new goes wrong any more */
    double canary_failing, stable_failing;
    bool is_deployed;
    bool stable_is_new;       /* or it is the version before */
    uint64_t stable_turns_ns; /* until then it is neither */
    uint64_t last_unit_ns;
    uint64_t units[2]; /* since they were told of last */
    uint64_t crash_in; /* so many things may happen until a controller is killed */
    uint64_t restart_ns;
    unsigned crashes, takeovers, holds; /* holds: of the journal, by somebody else */
};

/* The one there is: the parts of a controller find it without being told of it. */
extern struct made_up *made_up;

void made_up_begin(struct made_up *world, uint64_t seed);
void made_up_clear(struct made_up *world);
/* To its end, or as long as it may last. */
void made_up_run(struct made_up *world);

void made_up_say(struct made_up *world, const char *words, ...)
    __attribute__((format(printf, 2, 3)));
/* Before something is done that waits for no slow disk. */
void made_up_say_if_late(struct made_up *world, const struct loop *loop);
bool made_up_chance(struct made_up *world, double chance);
uint64_t made_up_soon_ns(struct made_up *world, uint64_t most_ms);
struct made_up_seat *made_up_seat_of(const struct loop *loop);
uint32_t made_up_weight(const struct made_up *world);
/* Each second of the world. */
void made_up_live(struct made_up *world);
/* There is room on it, and nobody else holds the journal. */
void made_up_mend_disk(struct made_up *world);
/* What came to the disk since. */
void made_up_read_disk(struct made_up *world);
