/* One run of flightdeck-agent: what it opens, how it ends. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/arguments.h"
#include "core/exit_code.h"

/* Runs until SIGTERM, SIGINT or the end of the leash. Prints why when it cannot run. */
enum exit_code program_run(const struct arguments *arguments);
