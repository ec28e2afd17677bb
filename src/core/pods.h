/* A list of pods: how many are ready, where they are reached,
 * and which of them will not come up by waiting. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "core/node.h"

enum { PODS_MAX = 64, POD_ADDRESS_SIZE = 64, PODS_WORDS_SIZE = 160 };

struct pod {
    char address[POD_ADDRESS_SIZE]; /* of its network; "" before it has one */
    bool ready;
    bool leaving; /* to be deleted, or it has ended: it is no instance any more */
};

struct pods {
    uint32_t count; /* of those that are kept; more is ERROR_LIMIT */
    struct pod pods[PODS_MAX];
    bool stuck; /* one crashes again and again, or its image cannot be had */
    char words[PODS_WORDS_SIZE]; /* which, and why */
};

/* ERROR_PROTOCOL for what is no list of pods. `hash` keeps those of one template alone;
 * "" for all. */
bool pods_read(
    const struct node *list, const char *hash, struct pods *pods, struct error *err);
