/* A line of the router's log: whatever comes, what is read of it holds together. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/panic.h"
#include "core/router_line.h"
#include "core/weight.h"
#include "fuzz/fuzz.h"

static bool is_bounded(const struct router_line *line) {
    return line->arm < TRACK_COUNT && line->bucket < WEIGHT_ALL_BP &&
           line->status < 1000 && line->total_ms >= -1 && line->response_ms >= -1 &&
           memchr(line->outcome, 0, sizeof line->outcome) &&
           memchr(line->job, 0, sizeof line->job);
}

static bool is_true_to_its_figures(const struct router_line *line) {
    bool says_canary = line->bucket < line->weight_bp && line->salt > 0;
    return line->is_contradictory || says_canary == (line->arm == TRACK_CANARY);
}

/* What says nothing about its version is no
 * failure of it, and what failed is no more. */
static bool has_one_end(const struct router_line *line) {
    bool counts = line->excluded == ROUTER_LINE_COUNTS;
    int answers = router_line_failed(line) + router_line_refused(line);
    bool open = router_line_is_open(line);
    return answers <= counts && (!open || (counts && !router_line_failed(line)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice bytes = {.data = (const char *)data, .length = size};
    struct router_line line = {0};
    struct error err = {0};
    if (!router_line_read(bytes, "canary", &line, &err)) {
        ensure(err.code == ERROR_SYNTAX);
    } else if (line.kind == ROUTER_LINE_REQUEST) {
        ensure(
            is_bounded(&line) && is_true_to_its_figures(&line) && has_one_end(&line));
    }
    return 0;
}
