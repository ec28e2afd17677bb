/* The fence on an object of Kubernetes: an annotation with
 * the epoch of whoever may change it. Every patch tests it,
 * so that a controller that was replaced changes nothing more. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/json_patch.h"
#include "core/node.h"

#define EPOCH_ANNOTATION "flightdeck.dev/epoch"

/* 0 when nobody has claimed the object yet; ERROR_PROTOCOL for what is no epoch. */
bool epoch_fence_read(const struct node *object, uint64_t *epoch, struct error *err);

/* Whether the object already has this epoch. */
bool epoch_fence_is(const struct node *object, uint64_t epoch);

/* Adds to a patch that the epoch is still what `object` says, and raises it to ours
 * when it is older. ERROR_CONFLICT when it is newer: somebody has taken over. */
bool epoch_fence_add(
    struct json_patch *patch, const struct node *object, uint64_t epoch,
    struct error *err);
