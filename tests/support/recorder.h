/* A relay in front of a real service: it writes down what the service is asked, then
 * passes it on, and the answers back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "support/request_reader.h"
#include "support/test_folder.h"

enum { RECORDER_ADDRESS_SIZE = TEST_PATH_SIZE + 16 };

struct recorder {
    pid_t pid;
    char address[RECORDER_ADDRESS_SIZE]; /* where it is reached; as its peer's */
    struct test_folder folder;           /* of the record and of a unix socket */
};

/* In front of http://127.0.0.1:PORT, unix://PATH or PATH. A client that says that it
 * has nothing more to say is taken to have left. */
void recorder_start(struct recorder *recorder, enum wire wire, const char *peer);
void recorder_stop(struct recorder *recorder); /* fine when it was never started */

/* Whether that request is one of those that may be seen. */
typedef bool (*recorder_judge_fn)(const char *request);

struct recorder_count {
    uint32_t allowed, refused;
    char refusal[REQUEST_LINE_SIZE]; /* the first one that was refused */
};

/* Of all that was asked up to now: who has an answer has been recorded. */
struct recorder_count recorder_judge(
    const struct recorder *recorder, recorder_judge_fn judge);
