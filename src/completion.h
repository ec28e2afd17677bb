/* Completions for shells: made from the tables of options and commands. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

enum { COMPLETION_BYTES_MAX = 128 * 1024 };

/* False for a shell that is not bash, zsh or fish. */
bool completion_add(struct buffer *to, const char *shell);
