/* SPDX-License-Identifier: MIT */
#include "ui/theme_value.h"

#include <string.h>

#include "base/utf8.h"

static bool read_index(struct slice from, uint8_t limit, uint8_t *index) {
    uint64_t value;
    if (!slice_u64(from, &value) || value > limit) return false;
    *index = (uint8_t)value;
    return true;
}

bool theme_value_color(struct slice from, struct color *color) {
    struct scan scan = scan_of(from);
    struct slice word = {0}, wide = {0}, narrow = {0}, more;
    scan_word(&scan, &word);
    if (slice_equals(word, "default")) {
        *color = (struct color){.is_default = true};
        return !scan_word(&scan, &more);
    }
    if (!color_parse(word, color)) return false;
    if (scan_word(&scan, &wide) && !read_index(wide, 255, &color->index256)) {
        return false;
    }
    if (scan_word(&scan, &narrow) && !read_index(narrow, 15, &color->index16)) {
        return false;
    }
    return !scan_word(&scan, &more);
}

bool theme_value_attribute(struct slice word, uint8_t *attributes) {
    static const struct {
        const char *name;
        uint8_t bit;
    } known[] = {
#define X(id, bit, name) {name, bit}
        LOOK_ATTRIBUTES(X)
#undef X
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!slice_equals(word, known[i].name)) continue;
        *attributes |= known[i].bit;
        return true;
    }
    return false;
}

static bool read_step(enum color_depth depth, struct slice word, uint32_t *step) {
    struct color color;
    uint8_t index;
    if (depth == DEPTH_TRUE) {
        if (!color_parse(word, &color)) return false;
        *step = color.rgb;
        return true;
    }
    if (!read_index(word, depth == DEPTH_16 ? 15 : 255, &index)) return false;
    *step = index;
    return true;
}

bool theme_value_steps(
    enum color_depth depth, struct slice from, struct theme_ramp *ramp) {
    uint32_t steps[THEME_RAMP_MAX];
    uint8_t count = 0;
    struct scan scan = scan_of(from);
    struct slice word;
    while (scan_word(&scan, &word)) {
        if (count == THEME_RAMP_MAX) return false;
        if (!read_step(depth, word, &steps[count++])) return false;
    }
    if (count == 0) return false;
    memcpy(ramp->steps[depth], steps, sizeof steps);
    ramp->count[depth] = count;
    return true;
}

bool theme_value_characters(struct slice from, struct theme_ramp *ramp) {
    if (from.length < 3 || from.data[0] != '"') return false;
    if (from.data[from.length - 1] != '"') return false;
    struct scan scan = scan_of((struct slice){from.data + 1, from.length - 2});
    uint32_t steps[THEME_RAMP_MAX];
    uint8_t count = 0;
    while (!scan_done(&scan)) {
        uint32_t rune;
        if (!utf8_next(&scan, &rune) || utf8_width(rune) != 1) return false;
        if (count == THEME_RAMP_MAX) return false;
        steps[count++] = rune;
    }
    memcpy(ramp->steps[DEPTH_MONO], steps, sizeof steps);
    ramp->count[DEPTH_MONO] = count;
    return true;
}
