/* What a smoke test would send, to whom, and how to go back: --dry-run. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "actions/smoke_preview.h"
#include "invocation.h"

/* Writes it as text or JSON; any other format is refused. Returns the exit code. */
int smoke_dry_run(
    const struct invocation *invocation, const struct smoke_preview *preview);
