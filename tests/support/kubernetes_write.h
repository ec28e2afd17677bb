/* What changes objects of the API server for tests: create, replace, patch, delete. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "support/kubernetes_api.h"

/* For a call that may do what it wants to; the place has a kind. */
void kubernetes_write(
    struct kubernetes_api *api, const struct kubernetes_call *call,
    const struct kubernetes_place *place, struct kubernetes_answer *answer);

/* The scale of a Deployment or the like: copied. */
cJSON *kubernetes_scale_of(struct kubernetes_object *object);
