/* SPDX-License-Identifier: MIT */
#include "canary_look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/head_count.h"
#include "core/roster.h"
#include "engine.h"
#include "io/log_stream.h"
#include "io/loop.h"
#include "io/unix_socket.h"

/* A controller that has come to its end still reads the log for some seconds. */
#define ASK_AGAIN_NS (NS_PER_S / 5)

/* What the metrics say of a track, added up. */
struct told {
    double requests, failed;
};

struct canary_look {
    struct loop *loop; /* borrowed */
    struct canary_look_options options;
    struct log_stream *log;     /* NULL: the metrics are looked at */
    struct engine *engine;      /* NULL: the log is read, and no instance asked */
    struct loop_timer *waiting; /* for the log */
    struct loop_timer *timer;
    bool has_begun;
    struct canary_sight sight;
    struct told told[TRACK_COUNT];
    uint64_t newest_ns[TRACK_COUNT]; /* when it was seen last; 0 for never */
    uint64_t since_ns;
    int64_t since_ms;        /* wall clock, as in the log */
    struct roster roster;    /* large */
    struct head_count heads; /* large */
};

static void count_line(struct canary_look *look, const struct router_line *line) {
    struct trials *trials = &look->sight.arms[line->arm];
    if (line->excluded != ROUTER_LINE_COUNTS) return;
    look->newest_ns[line->arm] = loop_clock_ns();
    trials->count++;
    if (router_line_failed(line)) trials->failures++;
    if (line->has_user) head_count_add(&look->heads, line->user);
}

static void on_log_line(void *owner, struct slice bytes) {
    struct canary_look *look = owner;
    const char *canary = look->options.target->split.canary;
    struct router_line line;
    struct error err;
    if (!router_line_read(bytes, canary[0] ? canary : "canary", &line, &err)) {
        look->sight.strange++;
        return;
    }
    if (line.kind != ROUTER_LINE_REQUEST || !line.is_chat) return;
    if (line.at_ms < look->since_ms) return; /* kept until somebody read */
    count_line(look, &line);
    if (look->options.on_line) look->options.on_line(look->options.owner, &line);
}

static bool asks_version(const struct canary_look *look) {
    return look->options.version && look->options.version[0];
}

/* What each says at last counts. */
static void take_version(struct canary_look *look, const struct part *part) {
    struct canary_sight *sight = &look->sight;
    if (part->kind != PART_HEALTH || part->track != TRACK_CANARY) return;
    if (part->status != PART_OK && part->status != PART_DEGRADED) return;
    sight->canary_answers = true;
    if (strcmp(part->version, look->options.version) != 0) {
        text_copy_cut(sight->other, sizeof sight->other, part->name);
        text_copy_cut(sight->other_version, sizeof sight->other_version, part->version);
    } else if (strcmp(part->name, sight->other) == 0) {
        sight->other[0] = '\0';
    }
}

static void take_part(struct canary_look *look, const struct part *part) {
    roster_take(&look->roster, part, loop_clock_ns());
    if (asks_version(look)) take_version(look, part);
}

static void take_values(struct canary_look *look, const struct values_event *values) {
    struct told *told = &look->told[values->track];
    double rps = NAN;
    double errors = NAN;
    for (uint32_t i = 0; i < values->count; i++) {
        double value = (double)values->items[i].value;
        if (values->items[i].metric == METRIC_RPS) rps = value;
        if (values->items[i].metric == METRIC_ERROR_RATIO) errors = value;
    }
    if (!isfinite(rps)) return;
    look->newest_ns[values->track] = loop_clock_ns();
    double requests = rps * values->step_ms / 1000;
    told->requests += requests;
    if (isfinite(errors)) told->failed += requests * errors;
}

static void on_event(void *owner, const struct event *event) {
    struct canary_look *look = owner;
    bool are_looked_at = look->has_begun && !look->log;
    if (event->kind == EVENT_PART) take_part(look, &event->part);
    if (event->kind != EVENT_VALUES || !are_looked_at) return;
    if (event->values.track < TRACK_COUNT) take_values(look, &event->values);
}

struct canary_sight canary_look_sight(const struct canary_look *look) {
    struct canary_sight sight = look->sight;
    uint64_t now_ns = loop_clock_ns();
    if (look->has_begun) sight.seconds = (double)(now_ns - look->since_ns) / NS_PER_S;
    const char *version = asks_version(look) ? look->options.version : NULL;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        uint64_t newest_ns = look->newest_ns[track];
        double age_s = (double)(now_ns - newest_ns) / NS_PER_S;
        sight.ages_s[track] = newest_ns > 0 ? age_s : (double)NAN;
        sight.instances[track] =
            roster_look(&look->roster, (enum track)track, version, now_ns);
    }
    sight.from_log = look->log != NULL;
    sight.users = look->log ? head_count_estimate(&look->heads) : 0;
    for (unsigned track = 0; track < TRACK_COUNT && !look->log; track++) {
        const struct told *told = &look->told[track];
        sight.arms[track].count = units_whole(round(told->requests));
        sight.arms[track].failures = units_whole(round(told->failed));
    }
    return sight;
}

static void on_time(void *owner, uint64_t now_ns) {
    struct canary_look *look = owner;
    (void)now_ns;
    look->timer = NULL;
    const struct canary_sight sight = canary_look_sight(look);
    look->options.on_seen(look->options.owner, &sight);
}

/* Whether somebody else reads the log: two of them would each see half of it. */
static bool is_log_taken(const struct canary_look *look) {
    const char *path = look->options.target->split.log;
    return path[0] && unix_socket_is_heard(path, SOCK_STREAM);
}

static void start_engine(struct canary_look *look) {
    if (look->engine) return;
    const struct engine_options engine = {
        .target = look->options.target,
        .user = "",
        .read_only = true,
        .on_event = on_event,
        .owner = look,
    };
    look->engine = engine_new(look->loop, &engine);
    engine_start(look->engine);
}

static void begin(struct canary_look *look) {
    const char *path = look->options.target->split.log;
    struct error ignored;
    if (path[0] && !is_log_taken(look)) {
        look->log = log_stream_new(look->loop, path, on_log_line, look, &ignored);
    }
    if (!look->log) start_engine(look);
    look->has_begun = true;
    look->since_ns = loop_clock_ns();
    look->since_ms = loop_wall_ms();
    look->timer = loop_after(look->loop, look->options.duration_ns, on_time, look);
}

static void on_waited(void *owner, uint64_t now_ns) {
    struct canary_look *look = owner;
    bool is_over = now_ns - look->since_ns >= look->options.patience_ns;
    if (!is_over && is_log_taken(look)) return;
    loop_timer_free(look->waiting);
    look->waiting = NULL;
    begin(look);
}

struct canary_look *canary_look_new(
    struct loop *loop, const struct canary_look_options *options) {
    struct canary_look *look = memory_new(sizeof *look);
    look->loop = loop;
    look->options = *options;
    if (options->asks_health || asks_version(look)) start_engine(look);
    if (options->patience_ns > 0 && is_log_taken(look)) {
        look->since_ns = loop_clock_ns();
        look->waiting = loop_every(loop, ASK_AGAIN_NS, on_waited, look);
    } else {
        begin(look);
    }
    return look;
}

void canary_look_free(struct canary_look *look) {
    if (!look) return;
    loop_timer_free(look->waiting);
    loop_timer_free(look->timer);
    log_stream_free(look->log);
    if (look->engine) engine_stop(look->engine);
    engine_free(look->engine);
    free(look);
}
