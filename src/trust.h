/* Which project files the operator has read and trusts: by path and content. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Whether the file at `path` was trusted with
 * exactly this SHA-256. Any doubt is a no. */
bool trust_is_given(const char *path, const char *digest);

/* Remembers it in the state folder; replaces what was trusted at that path before. */
bool trust_give(const char *path, const char *digest, struct error *err);
