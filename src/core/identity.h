/* Tells one process that restarts from several processes that answer behind one URL. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { IDENTITY_KNOWN_MAX = 8, IDENTITY_VERSION_SIZE = 24 };

/* What one answer says about the process that gave it. */
struct identity_sight {
    double start_s;      /* unix time; NaN when it does not say */
    double total;        /* a counter that only grows; NaN when there is none */
    const char *version; /* cut to IDENTITY_VERSION_SIZE; "" when it does not say */
};

enum identity_news {
    IDENTITY_FIRST,
    IDENTITY_SAME,
    IDENTITY_RESTARTED, /* another process, not seen before */
    IDENTITY_RETURNED, /* one that had been replaced answers again: there are several */
};

struct identity_known {
    double start_s;
    char version[IDENTITY_VERSION_SIZE];
};

/* All zero is an identity that has seen nothing. */
struct identity {
    bool mixed; /* several processes answer; forgotten after a calm time */
    uint32_t known_count;
    uint32_t current;
    struct identity_known known[IDENTITY_KNOWN_MAX]; /* a ring */
    double last_total;                               /* what came before */
    double peak;                                     /* the total before it fell */
    uint32_t since_fall; /* answers; 0 when it has not fallen */
    uint32_t returns;    /* how often it jumped back above its peak */
    uint32_t calm;       /* answers since the last such jump */
};

enum identity_news identity_see(
    struct identity *identity, const struct identity_sight *sight);
