/* A request to the API server for tests: what it asks of which object. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/kubernetes_store.h"

enum { KUBERNETES_PATH_SIZE = 1024, KUBERNETES_WORD_SIZE = 96 };

struct kubernetes_call {
    char method[16];
    char path[KUBERNETES_PATH_SIZE]; /* without the query */
    char query[KUBERNETES_PATH_SIZE];
    char content_type[KUBERNETES_WORD_SIZE];
    char token[KUBERNETES_WORD_SIZE]; /* behind "Bearer " */
    char agent[KUBERNETES_WORD_SIZE]; /* User-Agent */
    const char *body;                 /* borrowed; "" for none */
    size_t body_length;
};

/* The object or the list of objects that a path names. */
struct kubernetes_place {
    const struct kubernetes_kind *kind; /* NULL: nothing that the server has */
    char namespace[KUBERNETES_NAME_SIZE];
    char name[KUBERNETES_NAME_SIZE]; /* "" for all of them */
    char sub[32];                    /* "scale", "status" or "" */
};

/* Divides "/a/b?c=d" and the like into the call's path and query. */
bool kubernetes_call_set_target(struct kubernetes_call *call, const char *target);

void kubernetes_call_place(
    const struct kubernetes_call *call, struct kubernetes_place *place);

/* The decoded value of a parameter of the query; false when it is not there. */
bool kubernetes_call_query(
    const struct kubernetes_call *call, const char *name,
    char value[KUBERNETES_PATH_SIZE]);

/* "get", "list", "watch", "create", "update", "patch" or "delete". */
const char *kubernetes_call_verb(
    const struct kubernetes_call *call, const struct kubernetes_place *place);
