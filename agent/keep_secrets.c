/* SPDX-License-Identifier: MIT */
#include "agent/keep_secrets.h"

#include <string.h>

#include "base/redact.h"
#include "base/text.h"
#include "core/url.h"

enum { PERCENT_LENGTH = 3 };

static bool keep(
    struct redactor *redactor, const char *what, struct slice secret,
    struct error *err) {
    if (redactor_add(redactor, secret)) return true;
    return error_set(
        err, ERROR_USAGE, "%s: shorter than %d bytes, or too long", what,
        REDACT_SECRET_MIN);
}

bool keep_secret(
    struct redactor *redactor, const char *what, const char *secret,
    struct error *err) {
    return !secret || keep(redactor, what, slice_of(secret), err);
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Adds the text with its %41 read as letters; what is no such thing stays. */
static void add_decoded(struct text *text, struct slice encoded) {
    for (size_t i = 0; i < encoded.length; i++) {
        char c = encoded.data[i];
        bool has_digits = c == '%' && i + 2 < encoded.length;
        int high = has_digits ? digit_of(encoded.data[i + 1]) : -1;
        int low = has_digits ? digit_of(encoded.data[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            c = (char)(high * 16 + low);
            i += PERCENT_LENGTH - 1;
        }
        text_add_char(text, c);
    }
}

bool keep_secret_of_url(
    struct redactor *redactor, const char *what, const char *url, struct error *err) {
    struct url parts;
    struct error ignored = {0};
    if (!url || !url_parse(slice_of(url), &parts, &ignored)) return true;
    if (parts.userinfo.length == 0) return true;
    const char *colon = memchr(parts.userinfo.data, ':', parts.userinfo.length);
    if (!colon) return true;
    const char *end = parts.userinfo.data + parts.userinfo.length;
    struct slice written = {.data = colon + 1, .length = (size_t)(end - colon - 1)};
    if (written.length == 0) return true;
    char decoded[REDACT_SECRET_SIZE + 1];
    struct text text = TEXT_IN(decoded);
    add_decoded(&text, written);
    if (!keep(redactor, what, written, err)) return false;
    bool is_same = slice_equals(written, decoded);
    return is_same || keep(redactor, what, slice_of(decoded), err);
}
