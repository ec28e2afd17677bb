/* What a model's server says when it does not answer.
 * https://docs.anthropic.com/en/api/errors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/model_answer.h"
#include "base/error.h"

struct model_complaint {
    char type[MODEL_NAME_SIZE];
    char message[ERROR_MESSAGE_SIZE]; /* safe for any screen */
    bool out_of_money;                /* no use to try again */
    unsigned status; /* that goes with it, for one that comes after a 200; or 500 */
};

/* An error's body, or an event of the kind `error`, of either wire format. */
void model_complaint_read(struct model_complaint *complaint, struct slice body);
