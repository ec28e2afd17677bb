/* Puts secrets where a configuration only names them, as late as possible and known to
 * the redactor. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/redact.h"
#include "core/target.h"

/* Replaces every ${env:NAME} and ${file:PATH} in `value`. A variable must be set; a
 * file must be the caller's own, with mode 0600 or less; neither may hold control
 * characters. On failure `value` is untouched. */
bool secrets_fill(
    char *value, size_t size, struct redactor *redactor, struct error *err);

/* Fills headers, Redis and proxy of a target, and registers
 * passwords that stand in their URLs. From the first secret on,
 * the memory of this process can be read by nobody else.
 */
bool secrets_fill_target(
    struct target *target, struct redactor *redactor, struct error *err);
