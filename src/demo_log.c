/* SPDX-License-Identifier: MIT */
#include "demo_log.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "core/document.h"
#include "io/datagram.h"
#include "io/json.h"
#include "io/loop.h"

enum { STATUS_SERVER_ERROR = 500, STATUS_MAX = 999 };

static const char *const arm_names[TRACK_COUNT] = {"stable", "canary"};

struct demo_log {
    struct datagram *datagram;
    struct demo_log_counts counts;
};

static void count_request(
    struct demo_log_arm *arm, enum track track, const struct node *root,
    int64_t status) {
    const struct node *server = node_get(root, "srv");
    arm->requests++;
    if (status < 0 || status >= STATUS_SERVER_ERROR) arm->failed++;
    if (track == TRACK_CANARY && server && slice_equals(server->string, "s1bk")) {
        arm->strayed++;
    }
}

void demo_log_count(struct demo_log_counts *counts, struct slice line) {
    struct error err;
    if (line.length > 0 && isalpha((unsigned char)line.data[0])) {
        counts->notices++;
        return;
    }
    struct document *document = json_parse(line, &err);
    const struct node *root = document ? document_root(document) : NULL;
    const struct node *arm = root ? node_get(root, "arm") : NULL;
    int64_t status = 0;
    unsigned track = 0;
    if (!arm || !node_integer(root, "st", -1, STATUS_MAX, &status)) {
        counts->strange++;
        document_free(document);
        return;
    }
    while (track < TRACK_COUNT && !slice_equals(arm->string, arm_names[track])) track++;
    if (track < TRACK_COUNT) {
        count_request(&counts->arms[track], (enum track)track, root, status);
    } else {
        counts->refused++;
    }
    document_free(document);
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
