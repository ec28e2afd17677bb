/* Visits a node and all below it, one per call. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/document.h"
#include "core/node.h"

struct node_walk {
    const struct node *waiting[DOCUMENT_DEPTH_MAX + 1]; /* where each level goes on */
    unsigned depth;
};

/* `root` may be NULL. */
struct node_walk node_walk_from(const struct node *root);

/* In the order of the file; NULL at the end.
 * The siblings of the root are not visited. */
const struct node *node_walk_next(struct node_walk *walk);
