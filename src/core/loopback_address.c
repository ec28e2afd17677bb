/* SPDX-License-Identifier: MIT */
#include "core/loopback_address.h"

#include <string.h>

#include "base/text.h"

static const char *const names[] = {"127.0.0.1", "[::1]", "localhost"};

enum { NUMERIC_NAMES = 2 };

/* Which of the first `count` names it is; what stands behind it goes into `rest`. */
static const char *find_name(struct slice words, size_t count, struct slice *rest) {
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);
        if (!slice_starts_with(words, names[i])) continue;
        *rest = (struct slice){words.data + length, words.length - length};
        if (rest->length == 0 || rest->data[0] == ':') return names[i];
    }
    return NULL;
}

bool loopback_address_parse(
    struct slice words, struct loopback_address *address, struct error *err) {
    struct slice rest;
    uint64_t port = 0;
    const char *name = find_name(words, NUMERIC_NAMES, &rest);
    if (!name) {
        return error_set(
            err, ERROR_USAGE,
            "expected 127.0.0.1:PORT or [::1]:PORT, this machine only");
    }
    struct slice digits = {rest.data + 1, rest.length > 0 ? rest.length - 1 : 0};
    if (digits.length == 0 || !slice_u64(digits, &port) || port == 0 ||
        port > UINT16_MAX) {
        return error_set(
            err, ERROR_USAGE, "expected a port, 1 to 65535, after %s", name);
    }
    text_copy(address->host, sizeof address->host, name[0] == '[' ? "::1" : name);
    address->port = (uint16_t)port;
    return true;
}

bool loopback_host_is_ours(struct slice host) {
    struct slice rest;
    return find_name(host, sizeof names / sizeof *names, &rest) != NULL;
}
