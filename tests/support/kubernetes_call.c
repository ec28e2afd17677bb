/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/text.h"

bool kubernetes_call_set_target(struct kubernetes_call *call, const char *target) {
    struct text path = TEXT_IN(call->path), query = TEXT_IN(call->query);
    struct scan scan = scan_of(slice_of(target));
    text_add_slice(&path, scan_until(&scan, '?'));
    text_add_slice(&query, scan_rest(&scan));
    return !path.truncated && !query.truncated;
}

static void take_part(struct scan *scan, char *to, size_t size) {
    struct text text = text_in(to, size);
    text_add_slice(&text, scan_until(scan, '/'));
}

/* Behind "/api/" or "/apis/". */
static void take_names(struct scan *scan, struct kubernetes_place *place) {
    char group[KUBERNETES_WORD_SIZE] = "", version[32], plural[KUBERNETES_WORD_SIZE];
    bool core = scan_literal(scan, "/api/");
    if (!core && !scan_literal(scan, "/apis/")) return;
    if (!core) take_part(scan, group, sizeof group);
    take_part(scan, version, sizeof version);
    take_part(scan, plural, sizeof plural);
    if (strcmp(plural, "namespaces") == 0) {
        take_part(scan, place->namespace, sizeof place->namespace);
        struct scan behind = *scan;
        take_part(scan, plural, sizeof plural);
        if (!*plural) { /* the namespace itself is meant */
            *scan = behind;
            text_copy(place->name, sizeof place->name, place->namespace);
            place->namespace[0] = '\0';
            place->kind = kubernetes_kind_find(group, version, "namespaces");
            return;
        }
    }
    take_part(scan, place->name, sizeof place->name);
    take_part(scan, place->sub, sizeof place->sub);
    place->kind = kubernetes_kind_find(group, version, plural);
}

void kubernetes_call_place(
    const struct kubernetes_call *call, struct kubernetes_place *place) {
    *place = (struct kubernetes_place){0};
    struct scan scan = scan_of(slice_of(call->path));
    take_names(&scan, place);
    if (!scan_done(&scan)) place->kind = NULL;
}

static void decode(struct slice slice, char value[KUBERNETES_PATH_SIZE]) {
    struct text text = text_in(value, KUBERNETES_PATH_SIZE);
    for (size_t i = 0; i < slice.length; i++) {
        char c = slice.data[i];
        if (c == '+') c = ' ';
        if (c == '%' && i + 2 < slice.length) {
            char digits[3] = {slice.data[i + 1], slice.data[i + 2], '\0'};
            c = (char)strtol(digits, NULL, 16);
            i += 2;
        }
        text_add_char(&text, c);
    }
}

bool kubernetes_call_query(
    const struct kubernetes_call *call, const char *name,
    char value[KUBERNETES_PATH_SIZE]) {
    struct scan scan = scan_of(slice_of(call->query));
    value[0] = '\0';
    while (!scan_done(&scan)) {
        struct scan pair = scan_of(scan_until(&scan, '&'));
        if (!slice_equals(scan_until(&pair, '='), name)) continue;
        decode(scan_rest(&pair), value);
        return true;
    }
    return false;
}

const char *kubernetes_call_verb(
    const struct kubernetes_call *call, const struct kubernetes_place *place) {
    static const struct {
        const char *method, *verb;
    } rows[] = {
        {"POST", "create"},
        {"PUT", "update"},
        {"PATCH", "patch"},
        {"DELETE", "delete"}};
    char watch[KUBERNETES_PATH_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(call->method, rows[i].method) == 0) return rows[i].verb;
    }
    if (kubernetes_call_query(call, "watch", watch) && strcmp(watch, "false") != 0) {
        return "watch";
    }
    return *place->name ? "get" : "list";
}
