/* Colours as people see them: nearest terminal colours, contrast, and how far apart two
 * colours are for eyes that see fewer of them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"

/* One colour for every depth of terminal. */
struct color {
    bool is_default;  /* whatever the terminal uses */
    uint8_t index256; /* xterm's 256-colour table */
    uint8_t index16;
    uint32_t rgb; /* 0xRRGGBB */
};

/* "#rrggbb"; false for anything else. The indices are the nearest ones. */
bool color_parse(struct slice from, struct color *color);

uint8_t color_nearest256(uint32_t rgb); /* 16 to 255: the first 16 differ everywhere */
uint8_t color_nearest16(uint32_t rgb);

/* What xterm shows for an index of its table. */
uint32_t color_of256(uint8_t index);

/* WCAG 2: 1 (the same) to 21 (black on white). */
double color_contrast(uint32_t a, uint32_t b);

enum color_vision { VISION_FULL, VISION_PROTAN, VISION_DEUTAN, VISION_TRITAN };
enum { VISION_COUNT = VISION_TRITAN + 1 };
const char *color_vision_name(enum color_vision vision);

/* Distance in OKLab x 100 as that eye sees it (Machado 2009, full severity); below 10
 * thin lines are hard to tell apart. */
double color_distance(uint32_t a, uint32_t b, enum color_vision vision);
