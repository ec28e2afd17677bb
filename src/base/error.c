/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char ellipsis[] = "...";

static void mark_cut(char *message, int wanted) {
    if (wanted < ERROR_MESSAGE_SIZE) return;
    memcpy(message + ERROR_MESSAGE_SIZE - sizeof ellipsis, ellipsis, sizeof ellipsis);
}

bool error_set(struct error *err, enum error_code code, const char *words, ...) {
    char message[ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, words);
    int wanted = vsnprintf(message, sizeof message, words, args);
    va_end(args);
    mark_cut(message, wanted);

    err->code = code;
    memcpy(err->message, message, sizeof message);
    return false;
}

bool error_wrap(struct error *err, const char *words, ...) {
    char doing[ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, words);
    vsnprintf(doing, sizeof doing, words, args);
    va_end(args);

    char message[ERROR_MESSAGE_SIZE];
    int wanted = snprintf(message, sizeof message, "%s: %s", doing, err->message);
    mark_cut(message, wanted);
    memcpy(err->message, message, sizeof message);
    return false;
}

const char *error_code_name(enum error_code code) {
    static const char *const names[] = {
#define X(id, name) [id] = (name)
        ERRORS(X)
#undef X
    };
    return names[code];
}
