/* What a process and its descendants take: processor time and memory. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct meter {
    uint64_t cpu_ns;         /* of all threads that are still there */
    uint64_t rss_bytes;      /* of the largest process */
    uint64_t rss_anon_bytes; /* of the one with most: what is in no file */
    uint64_t pss_anon_bytes; /* of all, with shared pages counted once */
    unsigned processes;
};

/* Zeros for a process that is gone. */
struct meter meter_read(pid_t pid);
