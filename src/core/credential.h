/* Which headers are secrets even when they stand in a file as they are. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/scan.h"

/* "Authorization", "X-Api-Key", "cookie". */
bool credential_header(struct slice name);
