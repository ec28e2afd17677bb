/* SPDX-License-Identifier: MIT */
#include "core/node_walk.h"

#include "base/panic.h"

struct node_walk node_walk_from(const struct node *root) {
    struct node_walk walk = {0};
    if (root) walk.waiting[walk.depth++] = root;
    return walk;
}

const struct node *node_walk_next(struct node_walk *walk) {
    while (walk->depth > 0 && !walk->waiting[walk->depth - 1]) walk->depth--;
    if (walk->depth == 0) return NULL;
    const struct node *node = walk->waiting[walk->depth - 1];
    walk->waiting[walk->depth - 1] = walk->depth > 1 ? node->next : NULL;
    if (node->first) {
        ensure(walk->depth <= DOCUMENT_DEPTH_MAX);
        walk->waiting[walk->depth++] = node->first;
    }
    return node;
}
