/* A model's server that plays recorded answers, one per question, in their order. It
 * runs as a child process and ends with it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/scan.h"
#include "support/test_folder.h"

struct replayed {
    const char *type;    /* NULL for text/event-stream */
    const char *headers; /* more of them, each with a line end; NULL for none */
    struct slice body;   /* borrowed until the start */
    size_t piece;        /* bytes at a time; 0 for all at once */
    unsigned status;     /* 0 for 200 */
    bool chunked;        /* else the end of the connection is the end of the body */
    bool is_cut;         /* the connection ends before the body is told to have ended */
    bool stays;          /* the connection stays open when all is said */
};

struct replayer {
    pid_t pid;
    uint16_t port;
    struct test_folder folder; /* of what was asked */
    char url[64];
};

/* The last answer is played again and again; GET is answered with 200. */
void replayer_start(
    struct replayer *replayer, const struct replayed *answers, size_t count);
void replayer_stop(struct replayer *replayer);

/* How many questions it got, and whether the one of that index, from 0, had these words
 * among its headers or in its body. */
size_t replayer_count(const struct replayer *replayer);
bool replayer_heard(const struct replayer *replayer, size_t index, const char *words);
