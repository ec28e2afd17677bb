/* How HAProxy divides the traffic: the share that the lease asks for, the share that
 * the backends saw, and how long the lease lasts. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/haproxy.h"
#include "io/haproxy_reply.h"
#include "io/loop.h"
#include "probes/poll.h"
#include "probes/probe.h"
#include "probes/subject.h"

enum {
    LEASE_KEY = 1,
    BASIS_POINTS = 10000, /* of all the traffic */
    COMMAND_SIZE = 128,
};

struct split_watch {
    struct probe_context *context; /* borrowed */
    struct subject subject;
    struct poll poll;
    struct haproxy *haproxy;
    /* What the answers of this poll say. */
    bool leased;
    double wanted;
    uint64_t lease_ms;
    /* Requests so far; of the poll before, too, once there was one. */
    bool counted;
    uint64_t stable, canary;
    double seen;         /* NaN without traffic, or before the second poll */
    const char *trouble; /* NULL when all is well */
};

static void on_due(void *owner);
static void on_table(void *owner, const struct haproxy_result *result);
static void on_stat(void *owner, const struct haproxy_result *result);

static void *start(struct probe_context *context) {
    const struct target *target = context->target;
    if (!target->split.socket[0]) return NULL;
    struct split_watch *watch = memory_new(sizeof *watch);
    watch->context = context;
    watch->haproxy =
        haproxy_new(context->loop, target->split.socket, HAPROXY_READ_ONLY);
    subject_init(&watch->subject, context, PART_SPLIT, STATE_TRACK_NONE, "haproxy");
    poll_start(
        &watch->poll, context, poll_slow_ns(target->poll_health_ns), on_due, watch);
    return watch;
}

static void stop(void *probe) {
    struct split_watch *watch = probe;
    poll_stop(&watch->poll);
    haproxy_free(watch->haproxy);
    free(watch);
}

const struct probe_type split_probe = {"split", start, stop};

static void on_due(void *owner) {
    struct split_watch *watch = owner;
    char data[COMMAND_SIZE];
    struct text command = TEXT_IN(data);
    subject_ask(&watch->subject);
    watch->seen = NAN;
    watch->trouble = NULL;
    text_addf(&command, "show table %s", watch->context->target->split.table);
    haproxy_command(
        watch->haproxy, data, poll_timeout_ns(&watch->poll), on_table, watch);
}

static void publish(struct split_watch *watch, bool known) {
    struct event event = {.kind = EVENT_SPLIT};
    event.split = (struct split){
        .known = known,
        .wanted = known ? (float)watch->wanted : (float)NAN,
        .seen = (float)watch->seen,
        .lease_ms = known ? (uint32_t)watch->lease_ms : 0,
        .at_ns = loop_clock_ns(),
    };
    probe_publish(watch->context, &event);

    struct event values;
    probe_values(&values, STATE_TRACK_NONE, watch->poll.cadence.interval_ns);
    probe_value(&values, METRIC_SPLIT_WANTED, known ? watch->wanted : (double)NAN);
    probe_value(&values, METRIC_SPLIT_SEEN, watch->seen);
    probe_publish(watch->context, &values);
}

static void finish(struct split_watch *watch, bool known) {
    if (!known) watch->counted = false;
    publish(watch, known);
    poll_done(&watch->poll, known);
}

static void fail(struct split_watch *watch, const struct error *error) {
    subject_failed(&watch->subject, error);
    finish(watch, false);
}

/* Without its entry the lookup yields zero: everything goes to stable. */
static void on_table(void *owner, const struct haproxy_result *result) {
    struct split_watch *watch = owner;
    struct haproxy_entry entry = {0};
    struct error err = result->error;
    if (err.code == ERROR_NONE) {
        watch->leased = haproxy_table_find(result->reply, LEASE_KEY, &entry, &err);
    }
    bool expired = err.code == ERROR_NOT_FOUND;
    if (err.code != ERROR_NONE && !expired) {
        fail(watch, &err);
        return;
    }
    watch->leased = !expired;
    watch->wanted = fmin((double)entry.gpt0 / BASIS_POINTS, 1);
    watch->lease_ms = entry.expires_ms < UINT32_MAX ? entry.expires_ms : UINT32_MAX;
    haproxy_command(
        watch->haproxy, "show stat", poll_timeout_ns(&watch->poll), on_stat, watch);
}

/* The requests that a backend has got; false when there is no such backend. */
static bool count_backend(
    const struct haproxy_stat *stat, const char *name, uint64_t *requests, bool *down,
    struct error *err) {
    struct haproxy_row row;
    if (!haproxy_stat_find(stat, name, "BACKEND", &row)) {
        return error_set(err, ERROR_REPLY, "no backend %s", name);
    }
    *down = slice_starts_with(haproxy_row_field(&row, "status"), "DOWN");
    if (haproxy_row_u64(&row, "req_tot", requests)) return true;
    return error_set(err, ERROR_REPLY, "backend %s counts no requests", name);
}

static bool take_stat(
    struct split_watch *watch, struct slice reply, struct error *err) {
    const struct target_split *split = &watch->context->target->split;
    struct haproxy_stat stat;
    uint64_t stable = 0;
    uint64_t canary = 0;
    bool stable_down = false;
    bool canary_down = false;
    if (!haproxy_stat_read(reply, &stat, err) ||
        !count_backend(&stat, split->stable, &stable, &stable_down, err) ||
        !count_backend(&stat, split->canary, &canary, &canary_down, err)) {
        return false;
    }
    bool grew = stable >= watch->stable && canary >= watch->canary;
    double all = (double)(stable - watch->stable) + (double)(canary - watch->canary);
    if (watch->counted && grew && all > 0) {
        watch->seen = (double)(canary - watch->canary) / all;
    }
    watch->stable = stable;
    watch->canary = canary;
    watch->counted = true;
    if (stable_down) {
        watch->trouble = "the stable backend is down";
    } else if (canary_down) {
        watch->trouble = "the canary backend is down";
    } else if (!watch->leased) {
        watch->trouble = "the lease ran out: all goes to stable";
    }
    return true;
}

static void tell(struct split_watch *watch) {
    if (watch->trouble) {
        subject_say(&watch->subject, PART_DEGRADED, "%s", watch->trouble);
        return;
    }
    char data[STATE_DETAIL_SIZE];
    struct text words = TEXT_IN(data);
    units_add_percent(&words, watch->wanted);
    text_add(&words, "% wanted, ");
    if (!isnan(watch->seen)) {
        units_add_percent(&words, watch->seen);
        text_add(&words, "% seen, ");
    }
    text_add(&words, "lease ");
    units_add_duration(&words, watch->lease_ms * NS_PER_MS);
    subject_say(&watch->subject, PART_OK, "%s", data);
}

static void on_stat(void *owner, const struct haproxy_result *result) {
    struct split_watch *watch = owner;
    struct error err = result->error;
    if (err.code != ERROR_NONE || !take_stat(watch, result->reply, &err)) {
        fail(watch, &err);
        return;
    }
    tell(watch);
    finish(watch, true);
}
