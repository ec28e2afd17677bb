/* What the API server for tests says of itself: its version, groups and kinds. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "support/kubernetes_answer.h"

/* False when the path is none of these. */
bool kubernetes_discovery(
    const struct kubernetes_call *call, struct kubernetes_answer *answer);
