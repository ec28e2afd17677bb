/* Every probe of an instance against every hostile HTTP answer. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "engine.h"
#include "io/loop.h"
#include "support/hostile.h"
#include "support/own_use.h"
#include "support/plain.h"
#include "support/world.h"

#define POLL_NS     (1000 * NS_PER_MS)
#define TIMEOUT_NS  (2 * POLL_NS) /* of the most patient probe */
#define GRACE_NS    (250 * NS_PER_MS)
#define TURN_NS     (10 * NS_PER_MS)
#define WORK_MAX_NS (100 * NS_PER_MS) /* of one turn of the loop: a key waits so long */
#define RUN_NS      (2600 * NS_PER_MS)

/* More at once would only measure how busy the machine is. */
enum { BATCH = 6, MEBIBYTE = 1024 * 1024 };

/* What stays; in between, each of the endless answers may fill its 16 MiB. */
enum { GROWTH_MAX = 16 * MEBIBYTE, PEAK_MAX = 64 * MEBIBYTE };

/* Answers that are whole and right, however odd: a status code of 200 is a sign of
 * health, and readable metrics are metrics. */
static const char *const fine_health[] = {
    "metrics-huge",       "metrics-long-label",
    "metrics-duplicates", "metrics-escapes",
    "metrics-values",     "metrics-falling-buckets",
    "metrics-future",     "metrics-cut",
    "metrics-crlf",       "metrics-no-eof",
    "metrics-binary",     "length-long",
    "json-escapes",       "header-escapes",
    "empty-200",          "cookie-flood",
    "204-with-body",      "reports-injection",
    "encoding-unasked",   NULL};
static const char *const fine_metrics[] = {
    "metrics-escapes",    "metrics-values",     "metrics-future", "metrics-crlf",
    "metrics-duplicates", "metrics-long-label", "metrics-huge",   NULL};

static bool is_among(const char *name, const char *const *names) {
    for (; *names; names++) {
        if (strcmp(name, *names) == 0) return true;
    }
    return false;
}

struct watch {
    struct loop *loop;
    struct model *model;
    uint64_t turn_cpu_ns, longest_work_ns; /* processor time between two turns */
    uint64_t waited_ns;                    /* for a processor, before the batch */
    uint64_t longest_poll_ns; /* without the waits of its batch, which are not ours */
    char slowest[STATE_NAME_SIZE];
};

static void on_event(void *owner, const struct event *event) {
    struct watch *watch = owner;
    model_apply(watch->model, event);
    if (event->kind != EVENT_PART || event->part.polled_ns == 0) return;
    uint64_t taken_ns = event->at_ns - event->part.polled_ns;
    uint64_t waited_ns = own_waiting_ns() - watch->waited_ns;
    taken_ns -= waited_ns < taken_ns ? waited_ns : taken_ns;
    if (taken_ns <= watch->longest_poll_ns) return;
    watch->longest_poll_ns = taken_ns;
    text_copy_cut(watch->slowest, sizeof watch->slowest, event->part.name);
}

static uint64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void on_turn(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct watch *watch = owner;
    uint64_t work_ns = cpu_ns() - watch->turn_cpu_ns;
    if (work_ns > watch->longest_work_ns) watch->longest_work_ns = work_ns;
    watch->turn_cpu_ns += work_ns;
}

static void on_end(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct watch *watch = owner;
    loop_stop(watch->loop);
}

/* Whether that probe may call that answer fine. */
static bool may_be_fine(enum part_kind kind, const char *hostile_case) {
    if (kind == PART_METRICS) return is_among(hostile_case, fine_metrics);
    if (kind == PART_ERRORS) return false;
    bool json = strncmp(hostile_case, "json-", strlen("json-")) == 0;
    return is_among(hostile_case, fine_health) || (kind == PART_READY && json);
}

static void assert_not_green(
    const struct state *state, enum part_kind kind, const char *name,
    const char *hostile_case) {
    const struct part *part = state_part(state, kind, name);
    bool optional = kind == PART_READY || kind == PART_ERRORS;
    if (!part && !optional) fail_msg("%s: no %s", name, part_kind_name(kind));
    if (!part) return;
    if (part->status == PART_OK && !may_be_fine(kind, hostile_case)) {
        fail_msg("%s %s is OK: %s", part_kind_name(kind), name, part->detail);
    }
    assert_int_not_equal(part->status, PART_UNKNOWN);
    assert_true(part->detail[0] != '\0');
    assert_null(strchr(part->detail, '\x1b'));
    assert_null(strchr(part->version, '\x1b'));
}

static void assert_never_green(
    const struct state *state, const char *name, const char *hostile_case) {
    assert_not_green(state, PART_HEALTH, name, hostile_case);
    assert_not_green(state, PART_READY, name, hostile_case);
    assert_not_green(state, PART_METRICS, name, hostile_case);
    assert_not_green(state, PART_ERRORS, name, hostile_case);
}

/* Watches the cases from `first` on, BATCH of them at most; returns how many. */
static size_t watch_batch(
    const struct hostile *hostile, size_t first, struct watch *watch) {
    struct world world;
    world_init(&world);
    struct target *target = world.target;
    target->poll_health_ns = target->poll_metrics_ns = POLL_NS;
    text_copy_cut(target->paths.health, TARGET_PATH_SIZE, "?health");
    text_copy_cut(target->paths.ready, TARGET_PATH_SIZE, "?ready");
    text_copy_cut(target->paths.metrics, TARGET_PATH_SIZE, "?metrics");
    text_copy_cut(target->paths.errors, TARGET_PATH_SIZE, "?errors");
    struct target_track *track = &target->tracks[TRACK_STABLE];
    while (track->url_count < BATCH && hostile_case(first + track->url_count)) {
        const char *name = hostile_case(first + track->url_count);
        hostile_url(hostile, name, track->urls[track->url_count++], TARGET_URL_SIZE);
    }
    watch->loop = world.loop;
    watch->model = world.model;
    watch->turn_cpu_ns = cpu_ns();
    watch->waited_ns = own_waiting_ns();
    const struct engine_options options = {
        .target = target, .user = "tester", .on_event = on_event, .owner = watch};
    struct engine *engine = engine_new(world.loop, &options);
    engine_start(engine);
    struct loop_timer *turns = loop_every(world.loop, TURN_NS, on_turn, watch);
    loop_after(world.loop, RUN_NS, on_end, watch); /* gone once it has ended the loop */
    loop_run(world.loop);
    loop_timer_free(turns);
    engine_free(engine);

    for (size_t i = first; i < first + track->url_count; i++) {
        char name[STATE_NAME_SIZE];
        snprintf(
            name, sizeof name, "stable 127.0.0.1:%u/%s", hostile_port(hostile),
            hostile_case(i));
        assert_never_green(&world.model->state, name, hostile_case(i));
    }
    size_t count = track->url_count;
    world_clear(&world);
    return count;
}

static void no_hostile_answer_is_green_or_late(void **state) {
    (void)state;
    struct hostile *hostile = hostile_new();
    struct watch watch = {0};
    size_t cases = watch_batch(hostile, 0, &watch); /* what any target takes */
    own_memory_mark();
    size_t before = own_memory_bytes();
    while (hostile_case(cases)) cases += watch_batch(hostile, cases, &watch);
    size_t peak = own_memory_peak_bytes() - before;
    size_t now = own_memory_bytes();
    size_t grown = now > before ? now - before : 0;
    print_message(
        "%zu cases, grown by %zu KiB (%zu in between), slowest poll %llu ms (%s), "
        "longest turn %llu ms "
        "of work\n",
        cases, grown / 1024, peak / 1024,
        (unsigned long long)(watch.longest_poll_ns / NS_PER_MS), watch.slowest,
        (unsigned long long)(watch.longest_work_ns / NS_PER_MS));
    assert_true(cases >= 50);
    assert_true(watch.longest_poll_ns <= TIMEOUT_NS + GRACE_NS);
    if (test_is_plain()) {
        assert_true(watch.longest_work_ns <= WORK_MAX_NS);
        assert_true(grown < GROWTH_MAX);
        assert_true(peak < PEAK_MAX);
    }
    hostile_free(hostile);
}

int main(void) {
    memory_give_back();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_hostile_answer_is_green_or_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
