/* SPDX-License-Identifier: MIT */
#include "support/weight_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/haproxy.h"
#include "io/haproxy_reply.h"
#include "io/loop.h"

enum { COURSE_SIZE = 512, WEIGHT_SIZE = 16, WEIGHT_KEY = 1 };

struct weight_watch {
    struct haproxy *haproxy;
    struct loop_timer *beat;
    bool asks; /* an answer is waited for */
    uint32_t reads;
    char last[WEIGHT_SIZE];
    char course[COURSE_SIZE];
};

static void on_reply(void *owner, const struct haproxy_result *result) {
    struct weight_watch *watch = owner;
    char weight[WEIGHT_SIZE];
    struct text text = TEXT_IN(weight);
    struct haproxy_entry entry;
    struct error err;
    watch->asks = false;
    watch->reads++;
    if (result->error.code != ERROR_NONE) {
        text_add(&text, "?");
    } else if (!haproxy_table_find(result->reply, WEIGHT_KEY, &entry, &err)) {
        text_add(&text, "0");
    } else {
        text_addf(&text, "%u", (unsigned)entry.gpt0);
    }
    if (strcmp(weight, watch->last) == 0) return;
    size_t length = strlen(watch->course);
    struct text course = text_in(watch->course + length, COURSE_SIZE - length);
    text_addf(&course, "%s%s", length > 0 ? " " : "", weight);
    ensure(!course.truncated);
    text_copy(watch->last, sizeof watch->last, weight);
}

static void on_beat(void *owner, uint64_t now_ns) {
    struct weight_watch *watch = owner;
    (void)now_ns;
    if (watch->asks) return;
    watch->asks = true;
    haproxy_command(
        watch->haproxy, "show table canary_lease", 2 * NS_PER_S, on_reply, watch);
}

struct weight_watch *weight_watch_new(struct loop *loop, const char *socket) {
    struct weight_watch *watch = memory_new(sizeof *watch);
    watch->haproxy = haproxy_new(loop, socket, HAPROXY_READ_ONLY);
    watch->beat = loop_every(loop, 50 * NS_PER_MS, on_beat, watch);
    return watch;
}

void weight_watch_free(struct weight_watch *watch) {
    if (!watch) return;
    loop_timer_free(watch->beat);
    haproxy_free(watch->haproxy);
    free(watch);
}

void weight_watch_begin(struct weight_watch *watch) {
    watch->reads = 0;
    watch->last[0] = '\0';
    watch->course[0] = '\0';
}

const char *weight_watch_course(const struct weight_watch *watch) {
    return watch->course;
}

const char *weight_watch_last(const struct weight_watch *watch) {
    return watch->last;
}

uint32_t weight_watch_reads(const struct weight_watch *watch) {
    return watch->reads;
}
