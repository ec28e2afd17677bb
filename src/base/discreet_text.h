/* What people and peers say, fit for a journal and a board that others read: known
 * secrets and the users of URLs are left out before anything is cut. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/redact.h"
#include "base/scan.h"

/* Into a fixed array, sanitised, and cut at a character.
 * A NULL redactor knows no secret. */
void discreet_text_copy(
    const struct redactor *redactor, char *to, size_t size, struct slice bytes);

/* The same in place, for what was sanitised already and
 * may have been cut by then: where it fills its array,
 * or ends in an ellipsis, the beginning of a secret is one, too. */
void discreet_text_mend(const struct redactor *redactor, char *words, size_t size);

/* Whether nothing of these words has to be left out. */
bool discreet_text_is(const struct redactor *redactor, const char *words);
