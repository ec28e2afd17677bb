/* The addresses behind a name, asked for again and again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "probes/instance.h"
#include "probes/probe.h"

struct places;

enum { PLACE_URL_SIZE = INSTANCE_ADDRESS_SIZE + 8 };

struct place {
    char address[INSTANCE_ADDRESS_SIZE]; /* "10.0.0.7:8000" */
};

/* The URL of an instance there: that of the track's name, else of the address alone. */
const char *place_url(
    const struct place *place, const struct target_track *track,
    char to[PLACE_URL_SIZE]);

/* Runs after each answer of the DNS; a failure to answer changes nothing. */
typedef void (*places_fn)(void *owner, const struct place *places, uint32_t count);

/* The track's name for the DNS is asked for. Until it leads somewhere, it stands among
 * the parts for the instances that cannot be asked. */
struct places *places_new(
    struct probe_context *context, enum track track, places_fn on_places, void *owner);
void places_free(struct places *places);
