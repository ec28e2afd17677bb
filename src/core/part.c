/* SPDX-License-Identifier: MIT */
#include "core/part.h"

bool part_is_awaited(const struct part *part) {
    return part->status == PART_UNKNOWN && part->failures == 0;
}

const char *part_kind_name(enum part_kind kind) {
    static const char *const names[PART_KIND_COUNT] = {
#define X(id, name) [id] = (name)
        PART_KINDS(X)
#undef X
    };
    return names[kind];
}

const char *part_status_name(enum part_status status) {
    switch (status) {
    case PART_UNKNOWN: return "unknown";
    case PART_OK: return "ok";
    case PART_DEGRADED: return "degraded";
    case PART_BAD: return "bad";
    case PART_SILENT: return "silent";
    }
    return "unknown";
}
