/* What can be started from the screens: the presets, and scenario files beside the
 * configuration, each with exactly what it would send. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "load_files.h"
#include "load_offer.h"

struct load_shelf;

/* All of it is borrowed, for as long as the shelf lives. */
struct load_shelf *load_shelf_new(
    const struct target *target, const struct redactor *redactor,
    const struct load_folders *folders);
void load_shelf_free(struct load_shelf *shelf);

/* Borrowed until the next call. Files are looked at again now and then. */
const struct load_choice *load_shelf_choices(
    struct load_shelf *shelf, uint64_t now_ns, uint32_t *count);

/* The offer of that name that may be started now: as it was shown, and for long enough
 * to have been seen. NULL with the reason. */
const struct load_offer *load_shelf_take(
    struct load_shelf *shelf, const char *name, uint64_t now_ns, struct error *err);
