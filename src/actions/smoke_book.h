/* The three smoke checks of the book, as a check file made for a target. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "core/target.h"

enum { SMOKE_BOOK_BYTES_MAX = 8 * 1024 };

/* Health, simple chat and metrics, as far as the target has them. */
void smoke_book_write(struct buffer *buffer, const struct target *target);
