/* What the API server for tests knows of the inside of objects: defaults, fields that
 * exist, values that are allowed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "support/kubernetes_answer.h"

/* Adds what the real server adds by itself. */
void kubernetes_schema_default(const struct kubernetes_kind *kind, cJSON *json);

/* Drops fields of native kinds that do not exist, and names the first of them in
 * `unknown`, which is left "" without one. */
void kubernetes_schema_prune(
    const struct kubernetes_kind *kind, cJSON *json,
    char unknown[KUBERNETES_NAME_SIZE]);

/* False, with the answer made, for a value that cannot be. */
bool kubernetes_schema_check(
    const struct kubernetes_place *place, cJSON *json,
    struct kubernetes_answer *answer);
