/* SPDX-License-Identifier: MIT */
#include "io/http_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

#define KEPT_NS (60 * NS_PER_S)

void http_names_clear(struct http_names *names) {
    free(names->kept);
    *names = (struct http_names){0};
}

static struct http_name *find(const struct http_names *names, const char *name) {
    for (size_t i = 0; names->kept && i < HTTP_NAMES_MAX; i++) {
        if (strcmp(names->kept[i].name, name) == 0) return &names->kept[i];
    }
    return NULL;
}

const struct http_name *http_names_find(
    const struct http_names *names, const char *name, uint64_t now_ns) {
    const struct http_name *found = find(names, name);
    return found && now_ns - found->known_ns < KEPT_NS ? found : NULL;
}

static struct http_name *oldest(const struct http_names *names) {
    struct http_name *found = &names->kept[0];
    for (size_t i = 1; i < HTTP_NAMES_MAX; i++) {
        if (names->kept[i].known_ns < found->known_ns) found = &names->kept[i];
    }
    return found;
}

void http_names_learn(
    struct http_names *names, const char *name, const struct resolve_result *result,
    uint64_t now_ns) {
    if (!names->kept) {
        names->kept = memory_new_array(HTTP_NAMES_MAX, sizeof *names->kept);
    }
    struct http_name *kept = find(names, name);
    if (!kept) kept = oldest(names);
    text_copy(kept->name, sizeof kept->name, name);
    kept->known_ns = now_ns;
    kept->count =
        result->count < DIAL_ADDRESSES_MAX ? result->count : DIAL_ADDRESSES_MAX;
    for (size_t i = 0; i < kept->count; i++) kept->addresses[i] = result->addresses[i];
}

void http_names_forget(struct http_names *names, const char *name) {
    struct http_name *kept = find(names, name);
    if (kept) *kept = (struct http_name){0};
}
