/* SPDX-License-Identifier: MIT */
#include "agent/cache_use.h"

#include <stddef.h>
#include <strings.h>

#include "base/scan.h"

static bool is_word(struct slice word, const char *name) {
    return word.length == slice_of(name).length &&
           strncasecmp(word.data, name, word.length) == 0;
}

enum cache_wish cache_wish_read(const char *header) {
    enum cache_wish wish = CACHE_WELCOME;
    if (!header) return wish;
    struct scan scan = scan_of(slice_of(header));
    while (!scan_done(&scan)) {
        struct slice word = slice_trim(scan_until(&scan, ','));
        if (is_word(word, "no-store")) return CACHE_AVOID;
        if (is_word(word, "no-cache")) wish = CACHE_RENEW;
    }
    return wish;
}

static const char *const names[] = {
#define X(id, name) [id] = (name)
    CACHE_USES(X)
#undef X
};

const char *cache_use_name(enum cache_use use) {
    return names[use];
}
