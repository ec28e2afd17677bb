/* What stands in for a character where only ASCII may be drawn. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/* One ASCII character that reads alike; '?' for what has no likeness. */
uint32_t glyph_ascii(uint32_t rune);
