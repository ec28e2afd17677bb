/* Where the load of a run comes from: generators started here, or shards on other
 * machines that are collected here. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "actions/load.h"
#include "load_split.h"

struct load_source;

enum { LOAD_PROGRAM_SIZE = 4096 + 32 };

/* Where the generator's program stands. */
bool load_source_program(char path[LOAD_PROGRAM_SIZE], struct error *err);

/* `split` is NULL for generators here; else `on_wait` says how the gathering goes. */
struct load_source *load_source_start(
    struct loop *loop, const struct load_options *options,
    const struct load_split *split, void (*on_wait)(void *owner, const char *words),
    struct error *err);
void load_source_free(struct load_source *source);

/* As those of actions/load. */
void load_source_set_level(struct load_source *source, double level);
void load_source_stop(struct load_source *source);
void load_source_cut(struct load_source *source);
