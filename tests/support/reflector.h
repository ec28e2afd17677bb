/* A service that sends back whatever it was sent,
 * wherever its answer could be shown. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "support/test_folder.h"

struct reflector {
    pid_t pid;
    uint16_t port;
    struct test_folder folder; /* of the log */
};

/* Answers every path with 200: health, metrics, errors and chat that hold the request's
 * Authorization in their texts. */
void reflector_start(struct reflector *reflector);
void reflector_stop(struct reflector *reflector);

/* Whether anybody ever connected, and whether a request held these words. */
bool reflector_was_asked(const struct reflector *reflector);
bool reflector_heard(const struct reflector *reflector, const char *words);
