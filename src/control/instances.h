/* The instances of both tracks: whether they answer,
 * and what version they say they are. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/instances_sight.h"
#include "core/metric.h"
#include "core/target.h"

struct instances;
struct loop;
struct place;

struct instances *instances_new(struct loop *loop, const struct target *target);
void instances_free(struct instances *instances); /* NULL is fine */

/* All instances of a track whose pods are followed. */
void instances_follow(
    struct instances *instances, enum track track, const struct place *places,
    uint32_t count);
/* Why a track's pods are not known, or not any more; "" when they are. */
void instances_miss(struct instances *instances, enum track track, const char *words);

struct instances_sight instances_look(
    const struct instances *instances, enum track track, const char *version,
    uint64_t now_ns);

/* What all of a track that are ready say that they are;
 * "" when they differ or say nothing. */
void instances_version(
    const struct instances *instances, enum track track, char to[STATE_VERSION_SIZE]);
