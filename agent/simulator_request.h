/* What the local model needs to know of a request, checked as the real one checks it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/node.h"

enum { SIMULATOR_MODEL_SIZE = 64, SIMULATOR_MESSAGES_MAX = 4096 };

struct simulator_request {
    char model[SIMULATOR_MODEL_SIZE];
    int64_t tokens_max;
    struct slice question;           /* the last words of the user */
    struct slice name;               /* what the user said to be called, or empty */
    const struct node *tool_results; /* the content, when tools were just run */
    bool has_calculate;              /* the tool is offered */
};

/* Borrows from the document. False with what is wrong with the request. */
bool simulator_request_read(
    struct simulator_request *request, const struct node *root, struct error *err);
