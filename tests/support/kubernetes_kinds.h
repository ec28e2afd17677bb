/* The kinds of objects that the API server for tests knows, and how it treats them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    KIND_NATIVE = 1,  /* typed: a value of the wrong type is refused */
    KIND_STATUS = 2,  /* has a status subresource and a generation */
    KIND_SCALE = 4,   /* has a scale subresource */
    KIND_CLUSTER = 8, /* belongs to no namespace */
};

struct kubernetes_kind {
    const char *group, *version, *plural, *kind;
    unsigned traits;
};

/* NULL when there is none, also of another version. */
const struct kubernetes_kind *kubernetes_kind_find(
    const char *group, const char *version, const char *plural);

/* The n-th of the table, or NULL behind the last. */
const struct kubernetes_kind *kubernetes_kind_at(size_t at);

/* Whether two rows are versions of one kind. */
bool kubernetes_kind_same(
    const struct kubernetes_kind *a, const struct kubernetes_kind *b);

/* "apps/v1", or "v1" of the core group. */
const char *kubernetes_kind_api(const struct kubernetes_kind *kind, char to[96]);

/* "deployments.apps", or "services" of the core group. */
const char *kubernetes_kind_full(const struct kubernetes_kind *kind, char to[96]);
