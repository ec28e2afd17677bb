/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <stddef.h>

enum { CONTINUATION_BITS = 6, RUNE_MAX = 0x10FFFF };

struct range {
    uint32_t first, last;
};

/* How long the character is that starts with `lead`, its first bits, and the smallest
 * value that needs that length; 0 for a byte that cannot start one. */
static size_t lead_of(uint8_t lead, uint32_t *bits, uint32_t *least) {
    if (lead < 0x80) {
        *bits = lead;
        *least = 0;
        return 1;
    }
    if (lead >= 0xC2 && lead < 0xE0) {
        *bits = lead & 0x1FU;
        *least = 0x80;
        return 2;
    }
    if (lead >= 0xE0 && lead < 0xF0) {
        *bits = lead & 0x0FU;
        *least = 0x800;
        return 3;
    }
    if (lead >= 0xF0 && lead < 0xF5) {
        *bits = lead & 0x07U;
        *least = 0x10000;
        return 4;
    }
    return 0;
}

bool utf8_next(struct scan *scan, uint32_t *rune) {
    const uint8_t *at = (const uint8_t *)scan->at;
    size_t left = (size_t)(scan->end - scan->at);
    uint32_t value = 0;
    uint32_t least = 0;
    size_t length = left > 0 ? lead_of(at[0], &value, &least) : 0;
    scan->at += left > 0 ? 1 : 0;
    if (length == 0 || length > left) return false;

    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) return false;
        value = value << CONTINUATION_BITS | (at[i] & 0x3FU);
    }
    bool surrogate = value >= 0xD800 && value < 0xE000;
    if (value < least || value > RUNE_MAX || surrogate) return false;
    scan->at += length - 1;
    *rune = value;
    return true;
}

unsigned utf8_put(char out[UTF8_SIZE_MAX], uint32_t rune) {
    if (rune > RUNE_MAX || (rune >= 0xD800 && rune < 0xE000)) rune = UTF8_REPLACEMENT;
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    unsigned length = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    for (unsigned i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (rune & 0x3F));
        rune >>= CONTINUATION_BITS;
    }
    static const uint8_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(marks[length] | rune);
    return length;
}

bool utf8_valid(struct slice slice) {
    struct scan scan = scan_of(slice);
    while (!scan_done(&scan)) {
        uint32_t rune = 0;
        if (!utf8_next(&scan, &rune)) return false;
    }
    return true;
}

static bool in_ranges(const struct range *ranges, size_t count, uint32_t rune) {
    size_t low = 0;
    while (low < count) {
        size_t middle = (low + count) / 2;
        if (rune > ranges[middle].last) {
            low = middle + 1;
        } else if (rune < ranges[middle].first) {
            count = middle;
        } else {
            return true;
        }
    }
    return false;
}

/* Marks that sit on the character before them and formats that show nothing. */
static const struct range zero_width[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD}, {0x05BF, 0x05BF},
    {0x05C1, 0x05C2},   {0x05C4, 0x05C5},   {0x05C7, 0x05C7}, {0x0610, 0x061A},
    {0x061C, 0x061C},   {0x064B, 0x065F},   {0x0670, 0x0670}, {0x06D6, 0x06DC},
    {0x06DF, 0x06E4},   {0x06E7, 0x06E8},   {0x06EA, 0x06ED}, {0x0711, 0x0711},
    {0x0730, 0x074A},   {0x07A6, 0x07B0},   {0x0900, 0x0902}, {0x093A, 0x093A},
    {0x093C, 0x093C},   {0x0941, 0x0948},   {0x094D, 0x094D}, {0x0951, 0x0957},
    {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E}, {0x1160, 0x11FF},
    {0x1AB0, 0x1ACE},   {0x1DC0, 0x1DFF},   {0x200B, 0x200F}, {0x202A, 0x202E},
    {0x2060, 0x206F},   {0x20D0, 0x20F0},   {0x302A, 0x302D}, {0x3099, 0x309A},
    {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},   {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
    {0x1D167, 0x1D169}, {0xE0000, 0xE0FFF},
};

/* East Asian wide and full-width characters, and emoji. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF},
    {0x1B000, 0x1B2FF}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E},
    {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
    {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0},
    {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC},
    {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E}, {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A},
    {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5},
    {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EC},
    {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7F0}, {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAFF},
    {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};

unsigned utf8_width(uint32_t rune) {
    bool control = rune < ' ' || (rune >= 0x7F && rune < 0xA0);
    if (rune < 0x300) return control ? 0 : 1;
    if (in_ranges(zero_width, sizeof zero_width / sizeof *zero_width, rune)) return 0;
    return in_ranges(wide, sizeof wide / sizeof *wide, rune) ? 2 : 1;
}

unsigned utf8_string_width(const char *string) {
    struct scan scan = scan_of(slice_of(string));
    unsigned width = 0;
    while (!scan_done(&scan)) {
        uint32_t rune = 0;
        width += utf8_width(utf8_next(&scan, &rune) ? rune : UTF8_REPLACEMENT);
    }
    return width;
}
