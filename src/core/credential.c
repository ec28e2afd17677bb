/* SPDX-License-Identifier: MIT */
#include "core/credential.h"

#include <string.h>
#include <strings.h>

static bool holds(struct slice name, const char *word) {
    size_t length = strlen(word);
    for (size_t at = 0; at + length <= name.length; at++) {
        if (strncasecmp(name.data + at, word, length) == 0) return true;
    }
    return false;
}

bool credential_header(struct slice name) {
    static const char *const words[] = {"authorization", "cookie", "key",     "token",
                                        "secret",        "auth",   "password"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (holds(name, words[i])) return true;
    }
    return false;
}
