/* Asks the API server for tests one thing and waits for what it says. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "support/json_tree.h"

struct http;
struct loop;

struct kubernetes_said {
    struct error error;
    unsigned status;
    char *text;  /* owned */
    cJSON *json; /* owned; NULL when the text is none */
};

struct kubernetes_question {
    const char *socket, *method, *path, *type, *token, *body; /* "" or NULL for none */
    unsigned timeout_ms;                                      /* 0 for 5 s */
};

/* Runs the loop until then. */
void kubernetes_ask(
    struct loop *loop, struct http *http, const struct kubernetes_question *question,
    struct kubernetes_said *said);
void kubernetes_said_clear(struct kubernetes_said *said);
