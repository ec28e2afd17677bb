/* What was found out about a service, as the files that it needs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "core/discovery.h"
#include "core/target.h"

/* A commented flightdeck.yaml. `target` says name, class and URL. */
void discovery_write_config(
    const struct discovery *discovery, const struct target *target, struct buffer *to);

/* A commented checks.yaml; false when nothing was found that could be checked. */
bool discovery_write_checks(const struct discovery *discovery, struct buffer *to);
