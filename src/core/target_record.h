/* A target as bytes, for the programs that act on it: with its secrets, so only through
 * a pipe. What only a screen needs is left out. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/record.h"
#include "core/target.h"

/* Read over a target of target_init(). */
extern const struct record target_record;
