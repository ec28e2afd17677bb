/* The one sanitiser: bytes from outside become text that no terminal, report or log can
 * be tricked with. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "base/scan.h"
#include "base/text.h"

/* Control characters become their pictures, line ends a blank, malformed UTF-8,
 * invisible and direction-changing characters U+FFFD; at most two combining marks stay
 * on a character, and what a build server would take for a command is broken. The
 * result is valid UTF-8 on one line. */
void safe_text_add(struct text *text, struct slice bytes);
bool safe_text_add_to_buffer(struct buffer *buffer, struct slice bytes);

/* Into a fixed array, cut at a character. */
void safe_text_copy(char *to, size_t size, struct slice bytes);

/* The same in place, for what was read into an array of that size. */
void safe_text_mend(char *words, size_t size);
