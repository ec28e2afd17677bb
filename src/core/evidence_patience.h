/* For how long a job may be open before nobody may count on it any more: it has taken
 * longer than nearly all of stable's. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/evidence.h"

/* Where it is not known yet what is slow. */
enum { EVIDENCE_PATIENCE_US = 10 * 1000 * 1000 };

/* The slowest limit that latency is measured by. */
uint64_t evidence_patience_us(const struct evidence *evidence);
