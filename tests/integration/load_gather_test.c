/* The collector of a shared load over a real Redis, with shards that say what a test
 * wants: what it hands on is exactly the sum of what they said. */
/* SPDX-License-Identifier: MIT */
#include "actions/load_gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/random.h"
#include "io/loop.h"
#include "support/test_redis.h"

enum { SHARDS = 4, REPORTS = 5, TASKS = 2, ROWS = 2 * TASKS, VALUES = 300 };

/* One of the shards. */
struct voice {
    struct scene *scene;
    struct load_mail *mail;
    struct load_news news;
    bool begun;
};

struct scene {
    struct test_redis redis;
    struct loop *loop;
    struct load_plan *plan;
    struct load_gather *gather;
    struct voice voices[SHARDS];
    struct load_report *said, *heard; /* sums */
    struct load_report *scratch;
    struct random random;
    struct loop_timer *ask, *late;
    struct load_finish finish;
    bool skips; /* one leaves out a report */
    bool finished;
};

static void fill(struct scene *scene, uint64_t sequence) {
    struct load_report *report = scene->scratch;
    memset(report, 0, sizeof *report);
    report->sequence = sequence;
    report->shards = 1;
    report->start_ns = (sequence - 1) * NS_PER_S / 2;
    report->end_ns = sequence * NS_PER_S / 2;
    /* From the end of the time on, while answers are still waited for. */
    report->ended = sequence + 2 >= REPORTS ? LOAD_ENDED_TIME : LOAD_RUNS;
    report->row_count = ROWS;
    for (uint32_t i = 0; i < ROWS; i++) {
        struct load_row *row = &report->rows[i];
        row->wanted = row->sent = row->done = VALUES;
        for (unsigned k = 0; k < VALUES; k++) {
            uint64_t value = random_next(&scene->random) >> 36;
            histogram_record(&row->response, value, 1);
            histogram_record(&row->service, value / 2, 1);
        }
        row->statuses[load_row_status(200)] = VALUES;
    }
}

/* All of its reports, one after the other;
 * the last one twice, as after a lost answer. */
static void speak(struct voice *voice) {
    struct scene *scene = voice->scene;
    voice->begun = true;
    voice->news.kind = LOAD_NEWS_RUNS;
    for (uint64_t sequence = 1; sequence <= REPORTS; sequence++) {
        fill(scene, sequence);
        if (scene->skips && voice->news.shard == 2 && sequence == 3) continue;
        load_report_add(scene->said, scene->scratch);
        assert_true(load_mail_send(voice->mail, &voice->news, scene->scratch));
    }
    assert_true(load_mail_send(voice->mail, &voice->news, scene->scratch));
    voice->news.kind = LOAD_NEWS_DONE;
    assert_true(load_mail_send(voice->mail, &voice->news, NULL));
}

static void on_order(
    void *owner, const struct load_order *order, uint64_t asked_ns,
    const struct error *err) {
    struct voice *voice = owner;
    (void)asked_ns;
    assert_int_equal(err->code, ERROR_NONE);
    if (!order || voice->begun) return;
    load_mail_set_run(voice->mail, order->run, SHARDS);
    text_copy(voice->news.digest, sizeof voice->news.digest, order->digest);
    if (order->kind == LOAD_ORDER_START) {
        speak(voice);
    } else {
        assert_true(load_mail_send(voice->mail, &voice->news, NULL));
    }
}

static void on_sent(void *owner, const struct error *err) {
    (void)owner;
    assert_int_equal(err->code, ERROR_NONE);
}

static const struct load_mail_handlers handlers = {
    .on_order = on_order, .on_sent = on_sent};

static void on_ask(void *owner, uint64_t now_ns) {
    struct scene *scene = owner;
    (void)now_ns;
    for (unsigned i = 0; i < SHARDS; i++) load_mail_read_order(scene->voices[i].mail);
}

static void on_late(void *owner, uint64_t now_ns) {
    struct scene *scene = owner;
    (void)now_ns;
    scene->late = NULL;
    loop_stop(scene->loop);
}

static void on_start(void *owner, const struct load_ready *notes) {
    (void)owner, (void)notes;
}

static void on_report(void *owner, const struct load_report *report) {
    struct scene *scene = owner;
    load_report_add(scene->heard, report);
}

static void on_finish(void *owner, const struct load_finish *finish) {
    struct scene *scene = owner;
    scene->finish = *finish;
    scene->finished = true;
    loop_stop(scene->loop);
}

static void make_plan(struct scene *scene) {
    struct load_plan *plan = scene->plan = memory_new(sizeof *plan);
    load_plan_init(plan);
    text_copy(plan->run, sizeof plan->run, "01RUN");
    text_copy(plan->target.host, sizeof plan->target.host, "127.0.0.1");
    plan->target.port = 80;
    plan->level = 10;
    plan->task_count = TASKS;
    for (unsigned i = 0; i < TASKS; i++) load_task_init(&plan->tasks[i]);
}

static void make_voice(struct scene *scene, uint32_t shard) {
    struct voice *voice = &scene->voices[shard];
    struct error err;
    const struct load_mail_options options = {
        .url = scene->redis.url, .name = "test", .handlers = &handlers, .owner = voice};
    voice->scene = scene;
    voice->news.shard = shard;
    voice->news.token = 100 + shard;
    text_copy(voice->news.who, sizeof voice->news.who, "box (pid 7)");
    voice->mail = load_mail_new(scene->loop, &options, &err);
    assert_non_null(voice->mail);
}

static int make(void **state) {
    struct scene *scene = memory_new(sizeof *scene);
    test_redis_start(&scene->redis);
    scene->loop = loop_new();
    scene->said = memory_new(sizeof *scene->said);
    scene->heard = memory_new(sizeof *scene->heard);
    scene->scratch = memory_new(sizeof *scene->scratch);
    random_seed(&scene->random, 7);
    make_plan(scene);
    for (uint32_t i = 0; i < SHARDS; i++) make_voice(scene, i);
    *state = scene;
    return 0;
}

static int clear(void **state) {
    struct scene *scene = *state;
    loop_timer_free(scene->ask);
    loop_timer_free(scene->late);
    load_gather_free(scene->gather);
    for (unsigned i = 0; i < SHARDS; i++) load_mail_free(scene->voices[i].mail);
    loop_free(scene->loop);
    free(scene->plan);
    free(scene->said);
    free(scene->heard);
    free(scene->scratch);
    test_redis_stop(&scene->redis);
    free(scene);
    return 0;
}

static void gather(struct scene *scene) {
    struct error err;
    const struct load_gather_options options = {
        .url = scene->redis.url,
        .name = "test",
        .patience_ns = 20 * NS_PER_S,
        .shards = SHARDS,
        .who = "test (pid 1)",
        .load = {
            .plan = scene->plan,
            .on_start = on_start,
            .on_report = on_report,
            .on_finish = on_finish,
            .owner = scene}};
    scene->gather = load_gather_start(scene->loop, &options, &err);
    assert_non_null(scene->gather);
    scene->ask = loop_every(scene->loop, 100 * NS_PER_MS, on_ask, scene);
    scene->late = loop_after(scene->loop, 60 * NS_PER_S, on_late, scene);
    loop_run(scene->loop);
    assert_true(scene->finished);
}

static void what_is_handed_on_is_exactly_the_sum(void **state) {
    struct scene *scene = *state;
    gather(scene);
    assert_false(scene->finish.lost);
    assert_int_equal(scene->finish.end, LOAD_ENDED_TIME);
    assert_int_equal(scene->heard->row_count, ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        const struct load_row *said = &scene->said->rows[i];
        assert_int_equal(said->done, SHARDS * REPORTS * VALUES);
        assert_memory_equal(&scene->heard->rows[i], said, sizeof *said);
    }
}

static void a_report_that_is_missing_is_said(void **state) {
    struct scene *scene = *state;
    scene->skips = true;
    gather(scene);
    assert_true(scene->finish.lost);
    assert_int_equal(scene->finish.workers_lost, 1);
    assert_non_null(
        strstr(scene->finish.words, "shard 2 of 4, box (pid 7), has reports"));
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, make, clear)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_SCENE(what_is_handed_on_is_exactly_the_sum),
        WITH_SCENE(a_report_that_is_missing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
