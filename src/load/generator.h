/* One load generator from its plan to its last report.
 *   WAITS ─► REACHES (the target) ─► READY ─► RUNS ─► DRAINS ─► LEAVES (last report)
 *   from everywhere to LEAVES */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/exit_code.h"

/* Runs until its plan has been carried out, on two pipes: descriptors 0 and 1. Prints
 * why when not even that can be done. */
enum exit_code generator_run(void);
