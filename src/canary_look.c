/* SPDX-License-Identifier: MIT */
#include "canary_look.h"

#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "control/instances.h"
#include "control/scraped_traffic.h"
#include "control/track_pods.h"
#include "core/head_count.h"
#include "io/kubernetes.h"
#include "io/log_stream.h"
#include "io/loop.h"
#include "io/unix_socket.h"

/* A controller that has come to its end still reads the log for some seconds. */
#define ASK_AGAIN_NS (NS_PER_S / 5)

/* How long pods may not be known: a request may take 5 s. */
#define PODS_NS (8 * NS_PER_S)

struct canary_look {
    struct loop *loop; /* borrowed */
    struct canary_look_options options;
    struct log_stream *log;          /* NULL: what is counted is looked at */
    struct instances *instances;     /* NULL: none is asked how it is */
    struct scraped_traffic *scraped; /* NULL beside a log, or without metrics */
    struct kubernetes *kubernetes;   /* NULL: no track is made of pods */
    struct track_pods *pods;
    struct error missed[TRACK_COUNT]; /* why its pods are not known; or no error */
    bool is_listed[TRACK_COUNT];      /* they were, at some time */
    struct loop_timer *waiting;       /* for the log */
    struct loop_timer *timer, *limit; /* limit: of the time without pods */
    bool has_begun;
    struct canary_sight sight;
    uint64_t newest_ns[TRACK_COUNT]; /* when it was seen last; 0 for never */
    uint64_t since_ns;
    int64_t since_ms;        /* wall clock, as in the log */
    struct head_count heads; /* large */
};

/* The log */

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

/* Whether somebody else reads it: two of them would each see half of it. */
static bool is_log_taken(const struct canary_look *look) {
    const char *path = look->options.target->split.log;
    return path[0] && unix_socket_is_heard(path, SOCK_STREAM);
}

/* The pods */

/* Nothing else is said after that. */
static void give_up(struct canary_look *look, const struct error *why) {
    loop_timer_free(look->waiting);
    loop_timer_free(look->timer);
    loop_timer_free(look->limit);
    look->waiting = look->timer = look->limit = NULL;
    look->options.on_blind(look->options.owner, why);
}

static void on_pods(
    void *owner, enum track track, const struct place *places, uint32_t count) {
    struct canary_look *look = owner;
    look->is_listed[track] = true;
    if (look->instances) instances_follow(look->instances, track, places, count);
    if (look->scraped) scraped_traffic_follow(look->scraped, track, places, count);
}

static void on_trouble(void *owner, enum track track, const struct error *why) {
    struct canary_look *look = owner;
    look->missed[track] = why ? *why : (struct error){0};
    if (look->instances) {
        instances_miss(look->instances, track, look->missed[track].message);
    }
    /* We may not, or there is no kubectl: that will not pass by itself. */
    bool is_final = why && (why->code == ERROR_AUTH || why->code == ERROR_SYSTEM);
    bool is_looking = look->timer || look->waiting;
    if (is_final && is_looking && !look->is_listed[track]) give_up(look, why);
}

/* One that is not deployed is no trouble of the cluster. */
static bool is_blind(const struct canary_look *look, unsigned track) {
    bool is_followed = look->options.target->tracks[track].pods.deployment[0] != '\0';
    return is_followed && !look->is_listed[track] &&
           look->missed[track].code != ERROR_NOT_FOUND;
}

/* False when it has given up. */
static bool has_pods(struct canary_look *look) {
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        if (!is_blind(look, track)) continue;
        struct error why = look->missed[track];
        if (why.code == ERROR_NONE) {
            error_set(
                &why, ERROR_TIMEOUT, "the pods of %s: the cluster does not answer",
                look->options.target->tracks[track].pods.deployment);
        }
        give_up(look, &why);
        return false;
    }
    return true;
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct canary_look *look = owner;
    (void)now_ns;
    look->limit = NULL;
    has_pods(look);
}

static bool open_pods(struct canary_look *look, struct error *err) {
    static const struct pod_watch_handlers handlers = {on_pods, on_trouble};
    const struct target *target = look->options.target;
    if (!track_pods_are_in(target)) return true;
    look->kubernetes = cluster_open(look->loop, &target->kubernetes, false, err);
    if (!look->kubernetes) return false;
    const struct track_pods_options options = {
        .loop = look->loop,
        .kubernetes = look->kubernetes,
        .target = target,
        .handlers = &handlers,
        .owner = look,
    };
    look->pods = track_pods_new(&options);
    look->limit = loop_after(look->loop, PODS_NS, on_limit, look);
    return true;
}

/* Why nobody knows now which there are; "" when they are known. */
static void explain_pods(const struct canary_look *look, struct canary_sight *sight) {
    struct text words = TEXT_IN(sight->unknown);
    uint64_t now_ns = loop_clock_ns();
    for (unsigned track = 0; track < TRACK_COUNT && look->pods; track++) {
        if (track_pods_are_fresh(look->pods, (enum track)track, now_ns)) continue;
        const char *missed = look->missed[track].message;
        const char *name = look->options.target->tracks[track].pods.deployment;
        if (words.length > 0) return;
        if (missed[0]) {
            text_add(&words, missed);
        } else {
            text_addf(&words, "the pods of %s: not all have an address yet", name);
        }
    }
}

/* What is counted */

static void on_block(void *owner, const struct metric_block *block) {
    struct canary_look *look = owner;
    if (look->options.on_block) look->options.on_block(look->options.owner, block);
}

static void start_counting(struct canary_look *look) {
    look->scraped =
        scraped_traffic_new(look->loop, look->options.target, on_block, look);
}

static double age_s(uint64_t age_ms) {
    return age_ms == UINT64_MAX ? (double)NAN : (double)age_ms / 1000;
}

static const char *source_of(const struct scraped_traffic_look *seen) {
    bool is_stable = seen->from_prometheus[ARM_STABLE];
    bool is_canary = seen->from_prometheus[ARM_CANARY];
    if (is_stable && is_canary) return "prometheus";
    return is_stable || is_canary ? "metrics and prometheus" : "metrics";
}

static void look_at_counters(
    const struct canary_look *look, struct canary_sight *sight) {
    sight->source = "metrics";
    sight->requests_per_s = (double)NAN;
    sight->counted_age_ms = UINT64_MAX;
    for (int i = 0; i < TRACK_COUNT; i++) sight->ages_s[i] = (double)NAN;
    if (!look->scraped) {
        if (!look->has_begun) return;
        text_copy_cut(
            sight->trouble, sizeof sight->trouble,
            "nothing tells what both tracks count: no metrics, no Prometheus");
        return;
    }
    const struct scraped_traffic_look seen = scraped_traffic_look(look->scraped);
    sight->source = source_of(&seen);
    sight->counted_age_ms = seen.blocks.age_ms;
    sight->contradicts = seen.blocks.contradicts;
    text_copy_cut(sight->trouble, sizeof sight->trouble, seen.blocks.words);
    for (int i = 0; i < TRACK_COUNT; i++) {
        double per_s = seen.blocks.per_s[i];
        sight->arms[i] = seen.blocks.told[i];
        sight->ages_s[i] = age_s(seen.blocks.ages_ms[i]);
        if (isnan(per_s)) continue;
        sight->requests_per_s =
            per_s + (isnan(sight->requests_per_s) ? 0 : sight->requests_per_s);
    }
}

static void look_at_log(const struct canary_look *look, struct canary_sight *sight) {
    uint64_t requests =
        sight->arms[TRACK_STABLE].count + sight->arms[TRACK_CANARY].count;
    sight->source = "log";
    sight->from_log = true;
    sight->users = head_count_estimate(&look->heads);
    sight->requests_per_s =
        sight->seconds > 0 ? (double)requests / sight->seconds : (double)NAN;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        uint64_t newest_ns = look->newest_ns[track];
        double seconds = (double)(loop_clock_ns() - newest_ns) / NS_PER_S;
        sight->ages_s[track] = newest_ns > 0 ? seconds : (double)NAN;
    }
}

/* Looking */

static const char *version_of(const struct canary_look *look) {
    const char *version = look->options.version;
    return version && version[0] ? version : NULL;
}

struct canary_sight canary_look_sight(const struct canary_look *look) {
    struct canary_sight sight = look->sight;
    uint64_t now_ns = loop_clock_ns();
    if (look->has_begun) sight.seconds = (double)(now_ns - look->since_ns) / NS_PER_S;
    for (unsigned track = 0; track < TRACK_COUNT && look->instances; track++) {
        sight.instances[track] = instances_look(
            look->instances, (enum track)track, version_of(look), now_ns);
    }
    if (look->log) {
        look_at_log(look, &sight);
    } else {
        look_at_counters(look, &sight);
    }
    explain_pods(look, &sight);
    return sight;
}

/* What scrapes rarely has not told twice yet. */
static bool is_early(
    const struct canary_look *look, const struct canary_sight *sight, uint64_t now_ns) {
    uint64_t most_ns = look->options.duration_ns + look->options.overtime_ns;
    return isnan(sight->requests_per_s) && look->scraped &&
           now_ns - look->since_ns < most_ns;
}

static void on_time(void *owner, uint64_t now_ns) {
    struct canary_look *look = owner;
    look->timer = NULL;
    if (!has_pods(look)) return;
    const struct canary_sight sight = canary_look_sight(look);
    if (is_early(look, &sight, now_ns)) {
        look->timer = loop_after(look->loop, ASK_AGAIN_NS, on_time, look);
        return;
    }
    look->options.on_seen(look->options.owner, &sight);
}

/* Beginning */

static void begin(struct canary_look *look) {
    const char *path = look->options.target->split.log;
    struct error ignored;
    if (path[0] && !is_log_taken(look)) {
        look->log = log_stream_new(look->loop, path, on_log_line, look, &ignored);
    }
    if (!look->log) start_counting(look);
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
    struct loop *loop, const struct canary_look_options *options, struct error *err) {
    struct canary_look *look = memory_new(sizeof *look);
    look->loop = loop;
    look->options = *options;
    if (!open_pods(look, err)) {
        canary_look_free(look);
        return NULL;
    }
    if (options->asks_health || version_of(look)) {
        look->instances = instances_new(loop, options->target);
    }
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
    loop_timer_free(look->limit);
    track_pods_free(look->pods);
    scraped_traffic_free(look->scraped);
    instances_free(look->instances);
    kubernetes_free(look->kubernetes);
    log_stream_free(look->log);
    free(look);
}
