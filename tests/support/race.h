/* Two operators who race for a rollout: each in a process of his own, and both stand at
 * the gate before one may go. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/random.h"
#include "support/rollout_scene.h"

enum { RACERS = 2, RACER_WORDS_SIZE = 4096 };

/* Who races: presses a key at a controller's socket,
 * starts another one in its place, or runs a command. */
struct racer {
    char who[STATE_NAME_SIZE];
    enum rollout_order_kind kind;
    bool starts;             /* a controller: the scene's launch, as his */
    const char *const *args; /* of a command; NULL for the others */
    const char *host;        /* on which it runs; NULL for this one */
    /* What became of it */
    pid_t pid;
    int said; /* what a command wrote */
    bool answered, accepted;
    int code;
    uint64_t epoch; /* that it has seen */
    char words[RACER_WORDS_SIZE];
};

/* In memory that the racers share. */
struct race {
    const struct rollout_scene *scene; /* borrowed */
    struct random dice;
    struct racer racers[RACERS];
    int gate[2], ready[2];
    uint32_t jitter_ns; /* by which the first one is late */
};

struct race *race_new(const struct rollout_scene *scene);
/* Ends who still races, after a test that has failed in the middle. */
void race_free(struct race *race);

/* Each of these returns how many have won. */
unsigned race_presses(
    struct race *race, enum rollout_order_kind kind, const char *first,
    const char *second);
/* What the scene's launch says, as theirs. */
unsigned race_launches(struct race *race, const char *first, const char *second);
/* `hosts` is NULL for this one. */
unsigned race_commands(
    struct race *race, const char *const *args, const char *const *hosts);

/* Of the two, after one has won. */
const struct racer *race_racer(const struct race *race, bool has_won);

/* Fails the test with what both were told. */
void race_fail(const struct race *race, const char *what);
