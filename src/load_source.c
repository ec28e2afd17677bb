/* SPDX-License-Identifier: MIT */
#include "load_source.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "actions/load_gather.h"
#include "base/memory.h"
#include "base/text.h"
#include "own_path.h"

#define PROGRAM "flightdeck-load"

/* One of the two. */
struct load_source {
    struct load *load;
    struct load_gather *gather;
};

bool load_source_program(char path[LOAD_PROGRAM_SIZE], struct error *err) {
    char folder[PATH_MAX];
    struct text text = text_in(path, LOAD_PROGRAM_SIZE);
    if (!own_folder(folder, sizeof folder, err)) return false;
    text_addf(&text, "%s/%s", folder, PROGRAM);
    if (access(path, X_OK) == 0) return true;
    return error_set(err, ERROR_NOT_FOUND, "%s is not there", path);
}

static struct load_gather *gather(
    struct loop *loop, const struct load_options *options,
    const struct load_split *split, void (*on_wait)(void *owner, const char *words),
    struct error *err) {
    const struct load_gather_options all = {
        .url = split->url,
        .name = split->name,
        .patience_ns = split->patience_ns,
        .shards = split->shards,
        .who = split->who,
        .on_wait = on_wait,
        .load = *options};
    return load_gather_start(loop, &all, err);
}

struct load_source *load_source_start(
    struct loop *loop, const struct load_options *options,
    const struct load_split *split, void (*on_wait)(void *owner, const char *words),
    struct error *err) {
    struct load_source *source = memory_new(sizeof *source);
    if (split) {
        source->gather = gather(loop, options, split, on_wait, err);
    } else {
        source->load = load_start(loop, options, err);
    }
    if (source->gather || source->load) return source;
    free(source);
    return NULL;
}

void load_source_free(struct load_source *source) {
    if (!source) return;
    load_free(source->load);
    load_gather_free(source->gather);
    free(source);
}

void load_source_set_level(struct load_source *source, double level) {
    if (source->load) load_set_level(source->load, level);
    if (source->gather) load_gather_set_level(source->gather, level);
}

void load_source_stop(struct load_source *source) {
    if (source->load) load_stop(source->load);
    if (source->gather) load_gather_stop(source->gather);
}

void load_source_cut(struct load_source *source) {
    if (source->load) load_cut(source->load);
    if (source->gather) load_gather_cut(source->gather);
}
