/* Who sits at this machine, by name. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/state.h"

/* The name behind the user id; "uid 1000" when it has none. Sanitised. */
void operator_name(char name[STATE_NAME_SIZE]);

/* The machine's own name; "" when nobody knows it. */
void operator_host(char host[STATE_NAME_SIZE]);
