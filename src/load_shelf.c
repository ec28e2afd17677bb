/* SPDX-License-Identifier: MIT */
#include "load_shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"

static const char *const presets[] = {
#define X(name, users, spawn, seconds, purpose) (name)
    SCENARIO_PRESETS(X)
#undef X
};

enum {
    PRESETS = sizeof presets / sizeof *presets,
    OFFERS_MAX = PRESETS + LOAD_FILES_MAX,
};

static const uint64_t look_again_ns = NS_PER_S;
/* Nobody has read in less what a file says now. */
static const uint64_t news_ns = NS_PER_S;

struct load_shelf {
    const struct target *target;        /* borrowed */
    const struct redactor *redactor;    /* borrowed */
    const struct load_folders *folders; /* borrowed */
    struct load_files files;
    uint64_t looked_ns, changed_ns; /* at the files; 0: never */
    uint32_t count;                 /* 0: at the first question */
    struct load_offer offers[OFFERS_MAX];
    struct load_choice choices[OFFERS_MAX];
};

struct load_shelf *load_shelf_new(
    const struct target *target, const struct redactor *redactor,
    const struct load_folders *folders) {
    struct load_shelf *shelf = memory_new(sizeof *shelf);
    shelf->target = target;
    shelf->redactor = redactor;
    shelf->folders = folders;
    return shelf;
}

static void clear_from(struct load_shelf *shelf, uint32_t first) {
    for (uint32_t i = first; i < shelf->count; i++) {
        load_offer_clear(&shelf->offers[i]);
    }
    if (shelf->count > first) shelf->count = first;
}

void load_shelf_free(struct load_shelf *shelf) {
    if (!shelf) return;
    clear_from(shelf, 0);
    free(shelf);
}

static void add_choice(struct load_shelf *shelf, const char *name) {
    const struct load_offer *offer = &shelf->offers[shelf->count];
    shelf->choices[shelf->count++] = (struct load_choice){name, offer->plan};
}

static void put_presets(struct load_shelf *shelf) {
    for (size_t i = 0; i < PRESETS; i++) {
        load_offer_of_preset(
            &shelf->offers[shelf->count], presets[i], shelf->target, shelf->redactor);
        add_choice(shelf, presets[i]);
    }
}

static void put_files(struct load_shelf *shelf) {
    for (unsigned i = 0; i < shelf->files.count; i++) {
        const struct load_file *file = &shelf->files.items[i];
        load_offer_of_file(
            &shelf->offers[shelf->count], file, shelf->target, shelf->redactor);
        add_choice(shelf, file->name);
    }
}

/* A file that has changed is another offer. */
static void look(struct load_shelf *shelf, uint64_t now_ns) {
    struct load_files found;
    if (shelf->looked_ns != 0 && now_ns - shelf->looked_ns < look_again_ns) return;
    load_files_find(&found, shelf->folders);
    bool first = shelf->looked_ns == 0;
    shelf->looked_ns = now_ns;
    if (load_files_equal(&found, &shelf->files)) return;
    clear_from(shelf, PRESETS);
    shelf->files = found;
    put_files(shelf);
    if (!first) shelf->changed_ns = now_ns;
}

const struct load_choice *load_shelf_choices(
    struct load_shelf *shelf, uint64_t now_ns, uint32_t *count) {
    if (shelf->count == 0) put_presets(shelf);
    look(shelf, now_ns);
    *count = shelf->count;
    return shelf->choices;
}

const struct load_offer *load_shelf_take(
    struct load_shelf *shelf, const char *name, uint64_t now_ns, struct error *err) {
    for (uint32_t i = 0; i < shelf->count; i++) {
        const struct load_offer *offer = &shelf->offers[i];
        if (strcmp(shelf->choices[i].name, name) != 0) continue;
        bool is_file = i >= PRESETS;
        if (is_file && shelf->changed_ns != 0 && now_ns - shelf->changed_ns < news_ns) {
            error_set(err, ERROR_CONFLICT, "%s has just changed: look again", name);
            return NULL;
        }
        if (!offer->plan.blocked) return offer;
        error_set(err, ERROR_FORBIDDEN, "%s", offer->plan.blocked);
        return NULL;
    }
    error_set(err, ERROR_NOT_FOUND, "there is no such scenario");
    return NULL;
}
