/* What a client sends to POST /feedback, checked. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/storage_file.h"
#include "base/error.h"
#include "base/scan.h"

enum { RATING_LEAST = 1, RATING_MOST = 5, FEEDBACK_VALUES_MAX = 1024 };

/* {"job_id", "rating": 1 to 5, "comment"?: up to 2000 bytes}; other keys are ignored.
 * The job's id is taken as it is: whether it may be one is for the caller to see. On
 * failure `err` names the field. */
bool feedback_request_read(
    struct storage_rating *rating, struct slice body, struct error *err);
