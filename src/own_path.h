/* Where this program stands: its commands start it anew,
 * and the others stand beside it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The program's own path; an error when it does not fit. */
bool own_path(char *path, size_t size, struct error *err);

/* The folder that it stands in. */
bool own_folder(char *path, size_t size, struct error *err);
