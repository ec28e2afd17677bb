/* SPDX-License-Identifier: MIT */
#include "ui/palette.h"

#include <string.h>
#include <strings.h>

#include "base/scan.h"

enum match { MATCH_BEGINS, MATCH_HOLDS };

static bool matches(const char *name, struct slice word, enum match match) {
    if (match == MATCH_BEGINS) return strncasecmp(name, word.data, word.length) == 0;
    size_t length = strlen(name);
    for (size_t i = 1; i + word.length <= length; i++) {
        if (strncasecmp(name + i, word.data, word.length) == 0) return true;
    }
    return false;
}

size_t palette_find(const char *words, bool acting, enum command found[COMMAND_COUNT]) {
    struct scan scan = scan_of(slice_of(words));
    struct slice word = {.data = "", .length = 0};
    scan_word(&scan, &word);
    size_t count = 0;
    for (unsigned match = MATCH_BEGINS; match <= MATCH_HOLDS && count == 0; match++) {
        for (unsigned i = 0; i < COMMAND_COUNT; i++) {
            enum command command = (enum command)i;
            if (!acting && command_danger(command) != COMMAND_LOOKS) continue;
            if (!matches(command_name(command), word, (enum match)match)) continue;
            found[count++] = command;
        }
    }
    return count;
}

const char *palette_argument(const char *words) {
    words += strspn(words, " ");
    words += strcspn(words, " ");
    return words + strspn(words, " ");
}
