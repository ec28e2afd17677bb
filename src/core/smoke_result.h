/* What a smoke test found: everything that a report,
 * a screen or an exit code needs, safe to show. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/checks.h"
#include "core/exit_code.h"
#include "core/target.h"
#include "core/ulid.h"
#include "core/verdict.h"

enum { SMOKE_DETAIL_SIZE = 512, SMOKE_FILE_SIZE = 256 };

struct smoke_check {
    char name[STATE_NAME_SIZE];
    bool done;            /* false: the run ended before it */
    enum verdict verdict; /* only when done */
    bool flaky, degraded; /* it passed, but after a retry, or with a `warn` */
    uint32_t attempts;    /* requests that poll are not counted */
    uint32_t status;      /* HTTP, of the last answer; 0 for none */
    uint64_t duration_ns; /* of the last attempt */
    uint32_t line;        /* in the check file; 0 for none */
    int64_t ended_ms;     /* wall clock */
    char request[8 + CHECK_PATH_SIZE];
    char detail[SMOKE_DETAIL_SIZE]; /* why it did not pass, or what is odd */
};

enum smoke_end {
    SMOKE_COMPLETE,
    SMOKE_UNREACHED, /* the target was never reached: it is judged no further */
    SMOKE_CUT,       /* by --fail-fast or by a check that is critical */
    SMOKE_TIMED_OUT, /* the time for the whole run was over */
    SMOKE_STOPPED,   /* by somebody */
};

struct smoke_result {
    uint8_t run[ULID_SIZE];
    char target[STATE_NAME_SIZE];
    char url[TARGET_URL_SIZE];
    char file[SMOKE_FILE_SIZE]; /* of the checks; "" for the three of the book */
    int64_t started_ms;
    uint64_t duration_ns;
    enum smoke_end end;
    enum verdict verdict;
    char reason[SMOKE_DETAIL_SIZE];
    uint32_t passed, failed, inconclusive, errors, not_run;
    uint32_t flaky, degraded; /* of those that passed */
    uint32_t count;
    struct smoke_check checks[CHECKS_MAX];
};

/* Counts, and says what follows from the checks and from how it ended. */
void smoke_result_conclude(struct smoke_result *result);

/* "complete", "unreached", ... */
const char *smoke_end_name(enum smoke_end end);
