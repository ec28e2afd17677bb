/* Autoscalers of a namespace: who changes the number of pods by himself must not be
 * changed by us, too. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/node.h"

/* The name of the first HorizontalPodAutoscaler of the list that scales a Deployment of
 * that name; false when none does. */
bool scaler_of(
    const struct node *list, const char *deployment, char *name, size_t size);
