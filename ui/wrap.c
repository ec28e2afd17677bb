/* SPDX-License-Identifier: MIT */
#include "ui/wrap.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"

struct slice wrap_next(struct scan *scan, int width) {
    const char *start = scan->at;
    const char *blank = NULL;
    int used = 0;
    while (!scan_done(scan)) {
        struct scan ahead = *scan;
        uint32_t rune = 0;
        if (!utf8_next(&ahead, &rune)) rune = UTF8_REPLACEMENT;
        int cells = (int)utf8_width(rune);
        if (used > 0 && used + cells > width) break;
        if (rune == ' ' && used > width / 2) blank = scan->at;
        used += cells;
        *scan = ahead;
    }
    bool ends_here = scan_done(scan) || *scan->at == ' ';
    const char *end = ends_here || !blank ? scan->at : blank;
    scan->at = end;
    if (!scan_done(scan) && *end == ' ') scan->at++;
    return (struct slice){.data = start, .length = (size_t)(end - start)};
}
