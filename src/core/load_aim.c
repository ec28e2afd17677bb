/* SPDX-License-Identifier: MIT */
#include "core/load_aim.h"

#include <string.h>

#include "base/text.h"
#include "core/url.h"

enum { HTTPS_PORT = 443, HTTP_PORT = 80 };

static bool copy_slice(char *to, size_t size, struct slice from) {
    struct text text = text_in(to, size);
    text_add_slice(&text, from);
    return !text.truncated;
}

/* As curl's --connect-to does it: who is reached instead. */
static bool redirect(
    const struct target *target, const struct url *url, struct load_target *aim,
    struct error *err) {
    char endpoint[URL_ENDPOINT_SIZE];
    url_endpoint(url, endpoint);
    for (uint32_t i = 0; i < target->connect_to_count; i++) {
        const struct target_connect_to *way = &target->connect_to[i];
        if (strcasecmp(way->from, endpoint) != 0) continue;
        const char *colon = strrchr(way->to, ':');
        uint64_t port = 0;
        if (!colon || !slice_u64(slice_of(colon + 1), &port) || port == 0 ||
            port > UINT16_MAX) {
            return error_set(err, ERROR_USAGE, "connect_to: no port in %s", way->to);
        }
        struct slice host = {way->to, (size_t)(colon - way->to)};
        if (host.length >= 2 && host.data[0] == '[') {
            host.data++;
            host.length -= 2;
        }
        copy_slice(aim->host, sizeof aim->host, host);
        aim->port = (uint16_t)port;
        return true;
    }
    return true;
}

static bool copy_headers(
    const struct target *target, struct load_target *aim, struct error *err) {
    for (uint32_t i = 0; i < target->header_count; i++) {
        struct load_header *header = &aim->headers[aim->header_count++];
        if (!text_copy(header->name, sizeof header->name, target->headers[i].name) ||
            !text_copy(header->value, sizeof header->value, target->headers[i].value)) {
            return error_set(err, ERROR_LIMIT, "a header of the target is too long");
        }
    }
    return true;
}

/* Without the slash at its end: every path begins with one. */
static struct slice prefix_of(const struct url *url) {
    struct slice path = url->path;
    const char *query = memchr(path.data, '?', path.length);
    if (query) path.length = (size_t)(query - path.data);
    while (path.length > 0 && path.data[path.length - 1] == '/') path.length--;
    return path;
}

/* The name that the server knows itself by, also when somebody else is reached. */
static void name_authority(
    const struct target *target, const struct url *url, struct load_target *aim) {
    struct text text = TEXT_IN(aim->authority);
    bool plain = url->port == (aim->tls ? HTTPS_PORT : HTTP_PORT);
    bool address = memchr(url->host.data, ':', url->host.length) != NULL;
    if (target->host[0]) {
        text_add(&text, target->host);
        return;
    }
    if (address) text_add_char(&text, '[');
    text_add_slice(&text, url->host);
    if (address) text_add_char(&text, ']');
    if (!plain) text_addf(&text, ":%u", (unsigned)url->port);
}

bool load_aim(const struct target *target, struct load_target *aim, struct error *err) {
    struct load_target found = {0};
    struct url url;
    if (!url_parse(slice_of(target->url), &url, err)) return false;
    if (target->proxy[0]) {
        return error_set(
            err, ERROR_USAGE, "the target is behind a proxy: load does not go there");
    }
    if (url.userinfo.length > 0) {
        return error_set(
            err, ERROR_USAGE, "a user and password in the URL: say them in headers");
    }
    found.tls = slice_equals(url.scheme, "https");
    found.insecure = target->tls.insecure;
    found.port = url.port;
    copy_slice(found.host, sizeof found.host, url.host);
    copy_slice(found.prefix, sizeof found.prefix, prefix_of(&url));
    name_authority(target, &url, &found);
    copy_slice(found.server_name, sizeof found.server_name, url.host);
    if (target->tls.server_name[0]) {
        text_copy(found.server_name, sizeof found.server_name, target->tls.server_name);
    }
    text_copy(found.ca, sizeof found.ca, target->tls.ca);
    text_copy(found.cert, sizeof found.cert, target->tls.cert);
    text_copy(found.key, sizeof found.key, target->tls.key);
    if (!redirect(target, &url, &found, err) || !copy_headers(target, &found, err)) {
        return false;
    }
    *aim = found;
    return true;
}
