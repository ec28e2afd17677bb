/* SPDX-License-Identifier: MIT */
#include "io/redis_address.h"

#include <string.h>

#include "base/text.h"
#include "core/url.h"

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Percent-decodes a whole slice; false for a bad escape, a NUL, or too much. */
static bool decode(struct slice from, char *to, size_t size) {
    struct text text = text_in(to, size);
    for (size_t i = 0; i < from.length; i++) {
        char c = from.data[i];
        if (c == '%') {
            if (from.length - i < 3) return false;
            int high = hex_digit(from.data[i + 1]);
            int low = hex_digit(from.data[i + 2]);
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0') return false;
        text_add_char(&text, c);
    }
    return !text.truncated;
}

static bool parse_user(
    struct slice userinfo, struct redis_address *address, struct error *err) {
    if (userinfo.length == 0) return true;
    struct scan scan = scan_of(userinfo);
    struct slice user = scan_until(&scan, ':');
    if (decode(user, address->user, sizeof address->user) &&
        decode(scan_rest(&scan), address->password, sizeof address->password)) {
        return true;
    }
    return error_set(err, ERROR_USAGE, "the user or the password cannot be read");
}

static bool parse_database(
    struct slice path, struct redis_address *address, struct error *err) {
    uint64_t number = 0;
    if (path.length <= 1) return true;
    struct slice digits = {path.data + 1, path.length - 1};
    if (!slice_u64(digits, &number) || number >= REDIS_DATABASES_MAX) {
        return error_set(err, ERROR_USAGE, "the path of a Redis URL is a number");
    }
    address->database = (uint32_t)number;
    return true;
}

static bool parse(const char *words, struct redis_address *address, struct error *err) {
    struct url url;
    if (!url_parse(slice_of(words), &url, err)) return false;
    if (slice_equals(url.scheme, "unix")) {
        if (url.path.length > 0 &&
            decode(url.path, address->path, sizeof address->path)) {
            return true;
        }
        return error_set(err, ERROR_USAGE, "the path of the socket cannot be read");
    }
    address->tls = slice_equals(url.scheme, "rediss");
    if (!address->tls && !slice_equals(url.scheme, "redis")) {
        return error_set(err, ERROR_USAGE, "not redis://, rediss:// or unix://");
    }
    address->port = url.port;
    if (url.host.length == 0 ||
        !decode(url.host, address->host, sizeof address->host)) {
        return error_set(err, ERROR_USAGE, "the host cannot be read");
    }
    return parse_user(url.userinfo, address, err) &&
           parse_database(url.path, address, err);
}

bool redis_address_parse(
    const char *url, struct redis_address *address, struct error *err) {
    struct redis_address parsed = {.database = 0};
    if (!parse(url, &parsed, err)) return error_wrap(err, "Redis URL");
    *address = parsed;
    return true;
}
