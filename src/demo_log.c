/* SPDX-License-Identifier: MIT */
#include "demo_log.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "core/router_line.h"
#include "io/datagram.h"
#include "io/loop.h"

enum { STATUS_SERVER_ERROR = 500 };

static const char *const arm_names[TRACK_COUNT] = {"stable", "canary"};

struct demo_log {
    struct datagram *datagram;
    struct demo_log_counts counts;
};

static void count_request(struct demo_log_arm *arm, const struct router_line *line) {
    arm->requests++;
    if (line->status == 0 || line->status >= STATUS_SERVER_ERROR) arm->failed++;
    if (line->is_strayed) arm->strayed++;
}

void demo_log_count(struct demo_log_counts *counts, struct slice line) {
    struct router_line read;
    struct error err;
    if (!router_line_read(line, "canary", &read, &err)) {
        counts->strange++;
        return;
    }
    switch (read.kind) {
    case ROUTER_LINE_REQUEST: count_request(&counts->arms[read.arm], &read); break;
    case ROUTER_LINE_REFUSED: counts->refused++; break;
    case ROUTER_LINE_NOTICE: counts->notices++; break;
    }
}

static void on_datagram(void *owner, struct slice bytes) {
    struct demo_log *log = owner;
    demo_log_count(&log->counts, bytes);
}

struct demo_log *demo_log_new(
    struct loop *loop, const struct demo_place *place, struct error *err) {
    char path[DEMO_PATH_SIZE];
    demo_place_path(place, DEMO_LOG_SOCKET, path);
    struct demo_log *log = memory_new(sizeof *log);
    log->datagram = datagram_new(loop, path, on_datagram, log, err);
    if (log->datagram) return log;
    free(log);
    return NULL;
}

void demo_log_free(struct demo_log *log) {
    if (!log) return;
    datagram_free(log->datagram);
    free(log);
}

static void describe_arm(
    const struct demo_log_arm *arm, const char *name, struct buffer *to) {
    if (arm->requests == 0) return;
    buffer_addf(
        to, "seen    %s %" PRIu64 " requests, %" PRIu64 " failed", name, arm->requests,
        arm->failed);
    if (arm->strayed > 0) {
        buffer_addf(to, ", %" PRIu64 " sent to stable", arm->strayed);
    }
    buffer_add_char(to, '\n');
}

void demo_log_describe(const struct demo_log *log, struct buffer *to) {
    const struct demo_log_counts *counts = &log->counts;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        describe_arm(&counts->arms[track], arm_names[track], to);
    }
    if (counts->refused > 0) {
        buffer_addf(to, "seen    router %" PRIu64 " refused\n", counts->refused);
    }
    if (counts->notices > 0) {
        buffer_addf(to, "seen    router %" PRIu64 " notices\n", counts->notices);
    }
    uint64_t lost = counts->strange + datagram_dropped_count(log->datagram);
    if (lost > 0) buffer_addf(to, "seen    log %" PRIu64 " lines unread\n", lost);
}
