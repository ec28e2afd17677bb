/* JSON text as the tree that the program reads, for tests of what reads it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/document.h"

/* Panics when it cannot be read; document_free() it. */
struct document *parsed(const char *json);
