/* SPDX-License-Identifier: MIT */
#include "core/url.h"

#include <string.h>

#include "base/text.h"

struct scheme {
    const char *name;
    uint16_t port; /* 0: a path follows, no host */
};

static const struct scheme schemes[] = {
    {"http", 80}, {"https", 443}, {"redis", 6379}, {"rediss", 6379}, {"unix", 0},
};

static bool is_visible_ascii(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] <= ' ' || text.data[i] >= 0x7F) return false;
    }
    return true;
}

static const struct scheme *take_scheme(struct scan *scan, struct slice *name) {
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        struct scan ahead = *scan;
        if (!scan_literal(&ahead, schemes[i].name)) continue;
        if (!scan_literal(&ahead, "://")) continue;
        *name = (struct slice){.data = scan->at, .length = strlen(schemes[i].name)};
        *scan = ahead;
        return &schemes[i];
    }
    return NULL;
}

static struct slice take_authority(struct scan *scan) {
    const char *start = scan->at;
    while (!scan_done(scan) && !strchr("/?#", *scan->at)) scan->at++;
    return (struct slice){.data = start, .length = (size_t)(scan->at - start)};
}

/* The last "@" ends the user and password: a password may hold one. */
static void split_userinfo(struct slice *authority, struct slice *userinfo) {
    *userinfo = (struct slice){.data = authority->data};
    for (size_t i = authority->length; i > 0; i--) {
        if (authority->data[i - 1] != '@') continue;
        userinfo->length = i - 1;
        authority->data += i;
        authority->length -= i;
        return;
    }
}

static bool is_host_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '.' || c == '-' || c == '_';
}

static bool is_address_char(char c) {
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') ||
           c == ':' || c == '.' || c == '%';
}

/* A name or an IPv4 address, or an IPv6 address in brackets. */
static bool take_host(struct scan *scan, struct slice *host) {
    bool brackets = scan_char(scan, '[');
    const char *start = scan->at;
    while (!scan_done(scan) &&
           (brackets ? is_address_char(*scan->at) : is_host_char(*scan->at))) {
        scan->at++;
    }
    *host = (struct slice){.data = start, .length = (size_t)(scan->at - start)};
    if (brackets && !scan_char(scan, ']')) return false;
    return host->length > 0;
}

static bool take_port(struct scan *scan, uint16_t *port) {
    if (scan_done(scan)) return true;
    uint64_t number = 0;
    if (!scan_char(scan, ':') || !slice_u64(scan_rest(scan), &number)) return false;
    if (number == 0 || number > UINT16_MAX) return false;
    *port = (uint16_t)number;
    return true;
}

bool url_parse(struct slice text, struct url *url, struct error *err) {
    struct scan scan = scan_of(text);
    struct url found = {0};
    if (!is_visible_ascii(text)) {
        return error_set(
            err, ERROR_SYNTAX,
            "a URL holds no blanks, control or non-ASCII characters");
    }
    const struct scheme *scheme = take_scheme(&scan, &found.scheme);
    if (!scheme) {
        return error_set(
            err, ERROR_SYNTAX,
            "a URL starts with http://, https://, redis://, rediss:// or unix://");
    }
    if (scheme->port == 0) {
        found.path = scan_rest(&scan);
        if (scan_peek(&scan) != '/' || found.path.length < 2) {
            return error_set(err, ERROR_SYNTAX, "unix:// needs an absolute path");
        }
        *url = found;
        return true;
    }
    struct slice authority = take_authority(&scan);
    found.path = scan_rest(&scan);
    split_userinfo(&authority, &found.userinfo);
    struct scan inside = scan_of(authority);
    if (!take_host(&inside, &found.host)) {
        return error_set(err, ERROR_SYNTAX, "the URL has no valid host");
    }
    found.port = scheme->port;
    if (!take_port(&inside, &found.port)) {
        return error_set(
            err, ERROR_SYNTAX, "the URL's port is no number from 1 to 65535");
    }
    *url = found;
    return true;
}

void url_endpoint(const struct url *url, char endpoint[URL_ENDPOINT_SIZE]) {
    struct text text = text_in(endpoint, URL_ENDPOINT_SIZE);
    if (url->port == 0) {
        text_add(&text, "unix:");
        text_add_slice(&text, url->path);
        return;
    }
    for (size_t i = 0; i < url->host.length; i++) {
        char c = url->host.data[i];
        text_add_char(&text, (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
    }
    text_addf(&text, ":%u", url->port);
}
