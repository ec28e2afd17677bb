/* TCP ports that nobody uses, for programs that have to be told theirs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { DEMO_PORTS_MAX = 8 };

/* Different ports of 127.0.0.1 that were free just now. */
bool demo_ports_pick(uint16_t *ports, unsigned count, struct error *err);
