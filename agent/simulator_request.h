/* What the local model needs to know of a request,
 * checked as the real one checks it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/speech.h"
#include "base/error.h"
#include "base/scan.h"
#include "core/node.h"

enum {
    SIMULATOR_MODEL_SIZE = 64,
    SIMULATOR_MESSAGES_MAX = 4096,
    SIMULATOR_TOKENS_DEFAULT = 4096, /* of chat completions, which need not say */
    ARGUMENT_NAME_SIZE = 32,
};

/* clang-format off */
/*    id                    name            argument, where its schema names none */
#define SIMULATED_TOOLS(X) \
    X(SIMULATED_CALCULATE,  "calculate",    "expression"), \
    X(SIMULATED_SEARCH,     "search_web",   "query"), \
    X(SIMULATED_LOOKUP,     "lookup_order", "order_id")
/* clang-format on */

enum simulated_tool {
#define X(id, name, argument) id
    SIMULATED_TOOLS(X),
#undef X
    SIMULATED_TOOL_COUNT,
    SIMULATED_NO_TOOL = SIMULATED_TOOL_COUNT,
};

const char *simulated_tool_name(enum simulated_tool tool);

struct simulator_request {
    char model[SIMULATOR_MODEL_SIZE];
    int64_t tokens_max;
    bool is_streamed, wants_usage;
    struct slice question; /* the last words of the user */
    struct slice name;     /* what the user said to be called, or empty */
    bool has_result;       /* tools were just run: what the first one said */
    bool result_failed;
    struct slice result;
    enum simulated_tool result_tool; /* which one it was */
    bool offered[SIMULATED_TOOL_COUNT];
    char arguments[SIMULATED_TOOL_COUNT][ARGUMENT_NAME_SIZE];
};

/* Borrows from the document. False with what is wrong with the request. */
bool simulator_request_read(
    struct simulator_request *request, enum speech_format format,
    const struct node *root, struct error *err);

/* For the readers of the two formats: what a user says, an offered tool (its name and
 * the schema of its input; either may be NULL), what a tool of that name answered. */
void simulator_request_hear(struct simulator_request *request, struct slice words);
void simulator_request_offer(
    struct simulator_request *request, const struct node *name,
    const struct node *schema);
void simulator_request_result(
    struct simulator_request *request, const struct node *name, struct slice result);
bool simulator_request_read_messages(
    struct simulator_request *request, const struct node *root, struct error *err);
bool simulator_request_read_completions(
    struct simulator_request *request, const struct node *root, struct error *err);
