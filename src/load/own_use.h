/* What this process takes of the machine. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

uint64_t own_use_cpu_us(void);      /* user and system time so far */
uint64_t own_use_rss_bytes(void);   /* resident now */
uint64_t own_use_descriptors(void); /* open now; looks at each */
