/* An HTTP server that counts what it is asked and answers in one of several odd ways.
 * It runs as a child process and ends with the test. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>
#include <sys/types.h>

enum odd_way {
    ODD_GOOD,      /* 200 and a small JSON body */
    ODD_BUSY,      /* 503 to all */
    ODD_RESET,     /* a reset instead of an answer */
    ODD_GARBAGE,   /* what is no HTTP */
    ODD_SILENT,    /* nothing at all */
    ODD_HALF,      /* a part of the body, then the end */
    ODD_DRIPPING,  /* byte by byte, in chunks */
    ODD_FORGETFUL, /* good, then it closes without having said so */
    ODD_CLOSING,   /* good, and says that it closes */
    ODD_JOB,       /* POST: 202 with a job; GET: done at the third time */
    ODD_STREAM,    /* server-sent events, 20 ms apart */
    ODD_STALLING,  /* good, but stands still for 300 ms each second */
    ODD_FREEZING,  /* good, but stands still for a second in every ten */
};

/* What it has seen; shared with the child. */
struct odd_counts {
    _Atomic uint32_t connections, requests,
        with_run;            /* with_run: X-Flightdeck-Run: here */
    _Atomic uint32_t bodies; /* POSTs with the whole of their body */
};

struct odd_server {
    pid_t pid;
    uint16_t port;
    struct odd_counts *counts;
};

/* On a free port of 127.0.0.1, or there; port 0 takes a free one. */
void odd_server_start(struct odd_server *server, enum odd_way way);
void odd_server_start_at(
    struct odd_server *server, enum odd_way way, const char *address, uint16_t port);
void odd_server_stop(struct odd_server *server);
