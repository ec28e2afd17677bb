/* What this very process takes: memory, and how long it waited for a processor. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Resident now. */
size_t own_memory_bytes(void);
/* The most that was resident since own_memory_mark(). */
size_t own_memory_peak_bytes(void);
void own_memory_mark(void);

/* How long this thread was ready to run and had no processor. */
uint64_t own_waiting_ns(void);
