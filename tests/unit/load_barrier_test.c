/* SPDX-License-Identifier: MIT */
#include "core/load_barrier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"

enum { SHARDS = 4 };

#define S NS_PER_S

/* A barrier of four, and what comes to it. */
struct scene {
    struct load_barrier barrier;
    struct load_report *report;
};

static int make(void **state) {
    struct scene *scene = memory_new(sizeof *scene);
    scene->report = memory_new(sizeof *scene->report);
    load_barrier_init(&scene->barrier, SHARDS, 30 * S, 100 * S);
    text_copy(scene->barrier.digest, sizeof scene->barrier.digest, "same");
    *state = scene;
    return 0;
}

static int clear(void **state) {
    struct scene *scene = *state;
    free(scene->report);
    free(scene);
    return 0;
}

static struct load_news news_of(uint32_t shard, enum load_news_kind kind) {
    struct load_news news = {.kind = kind, .shard = shard, .token = 1000 + shard};
    struct text who = TEXT_IN(news.who);
    text_addf(&who, "box%u (pid 7)", (unsigned)shard);
    text_copy(news.digest, sizeof news.digest, "same");
    return news;
}

static enum load_heard say(
    struct scene *scene, uint32_t shard, enum load_news_kind kind, uint64_t now_ns) {
    const struct load_news news = news_of(shard, kind);
    return load_barrier_hear(&scene->barrier, &news, NULL, now_ns);
}

static enum load_heard report(
    struct scene *scene, uint32_t shard, uint64_t sequence, enum load_end end,
    uint64_t now_ns) {
    const struct load_news news = news_of(shard, LOAD_NEWS_RUNS);
    scene->report->sequence = sequence;
    scene->report->ended = end;
    return load_barrier_hear(&scene->barrier, &news, scene->report, now_ns);
}

static void all_come(struct scene *scene, uint64_t now_ns) {
    for (uint32_t i = 0; i < SHARDS; i++) say(scene, i, LOAD_NEWS_READY, now_ns);
}

static void begin(struct scene *scene) {
    all_come(scene, 101 * S);
    load_barrier_start(&scene->barrier, 102 * S);
}

static void expect_why(const struct scene *scene, const char *words) {
    if (!strstr(scene->barrier.why, words)) fail_msg("\"%s\"", scene->barrier.why);
}

static void all_begin_when_the_last_one_has_come(void **state) {
    struct scene *scene = *state;
    for (uint32_t i = 0; i < SHARDS; i++) {
        assert_int_equal(
            load_barrier_look(&scene->barrier, 101 * S), LOAD_BARRIER_WAIT);
        assert_int_equal(say(scene, i, LOAD_NEWS_READY, 101 * S), LOAD_HEARD_NEW);
        assert_int_equal(load_barrier_came(&scene->barrier), i + 1);
    }
    assert_int_equal(say(scene, 0, LOAD_NEWS_READY, 102 * S), LOAD_HEARD_NOTHING);
    assert_int_equal(load_barrier_look(&scene->barrier, 102 * S), LOAD_BARRIER_START);
    load_barrier_start(&scene->barrier, 103 * S);
    assert_int_equal(load_barrier_speaking(&scene->barrier), SHARDS);
    assert_int_equal(load_barrier_look(&scene->barrier, 103 * S), LOAD_BARRIER_WAIT);
}

static void who_never_came_is_named(void **state) {
    struct scene *scene = *state;
    for (uint64_t at = 101; at < 130; at++) {
        say(scene, 0, LOAD_NEWS_READY, at * S);
        say(scene, 2, LOAD_NEWS_READY, at * S);
        assert_int_equal(load_barrier_look(&scene->barrier, at * S), LOAD_BARRIER_WAIT);
    }
    assert_int_equal(load_barrier_look(&scene->barrier, 130 * S), LOAD_BARRIER_MISSING);
    expect_why(scene, "shards 1 and 3 of 4 never came, within 30");
}

static void who_waits_in_silence_has_not_come(void **state) {
    struct scene *scene = *state;
    all_come(scene, 101 * S);
    for (uint32_t i = 1; i < SHARDS; i++) say(scene, i, LOAD_NEWS_READY, 106 * S);
    assert_int_equal(load_barrier_look(&scene->barrier, 106 * S), LOAD_BARRIER_WAIT);
    assert_int_equal(load_barrier_came(&scene->barrier), SHARDS - 1);
    struct load_news next = news_of(0, LOAD_NEWS_READY);
    next.token = 5; /* another process takes the place */
    assert_int_equal(
        load_barrier_hear(&scene->barrier, &next, NULL, 106 * S), LOAD_HEARD_NEW);
    assert_int_equal(load_barrier_look(&scene->barrier, 106 * S), LOAD_BARRIER_START);
    assert_int_equal(scene->barrier.places[0].token, 5);
}

static void a_place_has_one_process(void **state) {
    struct scene *scene = *state;
    all_come(scene, 101 * S);
    struct load_news second = news_of(1, LOAD_NEWS_LOST);
    second.token = 5;
    assert_int_equal(
        load_barrier_hear(&scene->barrier, &second, NULL, 101 * S), LOAD_HEARD_NOTHING);
    assert_int_equal(scene->barrier.places[1].token, 1001);
    assert_int_equal(load_barrier_look(&scene->barrier, 101 * S), LOAD_BARRIER_START);
}

static void another_scenario_does_not_count_but_is_named(void **state) {
    struct scene *scene = *state;
    struct load_news stranger = news_of(3, LOAD_NEWS_READY);
    text_copy(stranger.digest, sizeof stranger.digest, "other");
    for (uint32_t i = 0; i < 3; i++) say(scene, i, LOAD_NEWS_READY, 129 * S);
    assert_int_equal(
        load_barrier_hear(&scene->barrier, &stranger, NULL, 129 * S),
        LOAD_HEARD_STRANGER);
    assert_int_equal(load_barrier_look(&scene->barrier, 130 * S), LOAD_BARRIER_MISSING);
    expect_why(scene, "shard 3 of 4 never came");
    expect_why(scene, "box3 (pid 7) came with another load");
}

static void reports_count_once_and_in_their_turn(void **state) {
    struct scene *scene = *state;
    begin(scene);
    assert_int_equal(report(scene, 0, 1, LOAD_RUNS, 103 * S), LOAD_HEARD_REPORT);
    assert_int_equal(report(scene, 0, 1, LOAD_RUNS, 103 * S), LOAD_HEARD_NOTHING);
    assert_int_equal(report(scene, 0, 2, LOAD_RUNS, 103 * S), LOAD_HEARD_REPORT);
    assert_int_equal(load_barrier_look(&scene->barrier, 103 * S), LOAD_BARRIER_WAIT);
    assert_int_equal(report(scene, 0, 4, LOAD_RUNS, 104 * S), LOAD_HEARD_REPORT);
    assert_int_equal(load_barrier_look(&scene->barrier, 104 * S), LOAD_BARRIER_LOST);
    expect_why(scene, "shard 0 of 4, box0 (pid 7), has reports missing: 1 before");
}

static void an_interval_is_whole_when_all_have_left_it_behind(void **state) {
    struct scene *scene = *state;
    begin(scene);
    for (uint32_t i = 0; i < SHARDS; i++) report(scene, i, 1, LOAD_RUNS, 103 * S);
    for (uint32_t i = 0; i < SHARDS; i++) {
        assert_int_equal(load_barrier_left_behind(&scene->barrier), 1);
        report(scene, i, 2, LOAD_ENDED_TIME, 103 * S); /* but answers are waited for */
    }
    assert_int_equal(load_barrier_left_behind(&scene->barrier), 2);
    assert_int_equal(report(scene, 1, 3, LOAD_ENDED_TIME, 103 * S), LOAD_HEARD_REPORT);
    for (uint32_t i = 0; i < SHARDS; i++) say(scene, i, LOAD_NEWS_DONE, 103 * S);
    assert_int_equal(load_barrier_left_behind(&scene->barrier), UINT64_MAX);
}

static void it_is_over_when_all_have_said_their_last(void **state) {
    struct scene *scene = *state;
    begin(scene);
    for (uint32_t i = 0; i < SHARDS; i++) {
        assert_int_equal(
            load_barrier_look(&scene->barrier, 103 * S), LOAD_BARRIER_WAIT);
        report(scene, i, 1, LOAD_ENDED_TIME, 103 * S);
        say(scene, i, LOAD_NEWS_DONE, 103 * S);
    }
    assert_int_equal(load_barrier_look(&scene->barrier, 999 * S), LOAD_BARRIER_OVER);
    assert_int_equal(scene->barrier.lost_count, 0);
}

static void who_falls_silent_is_lost_and_named(void **state) {
    struct scene *scene = *state;
    begin(scene);
    for (uint64_t at = 103; at < 120; at++) {
        uint64_t sequence = at - 102;
        for (uint32_t i = 0; i < SHARDS; i++) {
            if (i == 2 && at > 110) continue;
            report(scene, i, sequence, LOAD_RUNS, at * S);
        }
        bool lost = at >= 115;
        assert_int_equal(
            load_barrier_look(&scene->barrier, at * S),
            lost ? LOAD_BARRIER_LOST : LOAD_BARRIER_WAIT);
    }
    expect_why(scene, "shard 2 of 4, box2 (pid 7), has been silent for 5.00s, since 8");
    assert_int_equal(load_barrier_speaking(&scene->barrier), SHARDS - 1);
    assert_int_equal(report(scene, 2, 9, LOAD_RUNS, 120 * S), LOAD_HEARD_NOTHING);
}

static void who_leaves_says_why_with_its_last_report(void **state) {
    struct scene *scene = *state;
    begin(scene);
    struct load_news gone = news_of(1, LOAD_NEWS_LOST);
    text_copy(gone.why, sizeof gone.why, "it was stopped");
    scene->report->sequence = 1;
    scene->report->ended = LOAD_ENDED_STOPPED;
    assert_int_equal(
        load_barrier_hear(&scene->barrier, &gone, scene->report, 103 * S),
        LOAD_HEARD_REPORT);
    assert_int_equal(load_barrier_look(&scene->barrier, 103 * S), LOAD_BARRIER_LOST);
    expect_why(scene, "shard 1 of 4, box1 (pid 7), has left: it was stopped");
    assert_int_equal(scene->barrier.lost_count, 1);
}

static void who_does_not_end_in_time_is_named(void **state) {
    struct scene *scene = *state;
    begin(scene);
    for (uint32_t i = 0; i < 3; i++) say(scene, i, LOAD_NEWS_DONE, 103 * S);
    load_barrier_give_up(&scene->barrier);
    expect_why(scene, "shard 3 of 4, box3 (pid 7), did not end in time");
    assert_int_equal(load_barrier_look(&scene->barrier, 103 * S), LOAD_BARRIER_OVER);
}

static void who_cannot_begin_ends_it_before_the_start(void **state) {
    struct scene *scene = *state;
    say(scene, 0, LOAD_NEWS_READY, 101 * S);
    assert_int_equal(
        report(scene, 1, 1, LOAD_ENDED_UNREACHED, 101 * S), LOAD_HEARD_REPORT);
    say(scene, 1, LOAD_NEWS_DONE, 101 * S);
    assert_int_equal(load_barrier_look(&scene->barrier, 101 * S), LOAD_BARRIER_OVER);
}

static void no_more_shards_than_there_are(void **state) {
    struct scene *scene = *state;
    assert_int_equal(say(scene, SHARDS, LOAD_NEWS_READY, 101 * S), LOAD_HEARD_NOTHING);
    assert_int_equal(load_barrier_came(&scene->barrier), 0);
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, make, clear)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_SCENE(all_begin_when_the_last_one_has_come),
        WITH_SCENE(who_never_came_is_named),
        WITH_SCENE(who_waits_in_silence_has_not_come),
        WITH_SCENE(a_place_has_one_process),
        WITH_SCENE(another_scenario_does_not_count_but_is_named),
        WITH_SCENE(reports_count_once_and_in_their_turn),
        WITH_SCENE(an_interval_is_whole_when_all_have_left_it_behind),
        WITH_SCENE(it_is_over_when_all_have_said_their_last),
        WITH_SCENE(who_falls_silent_is_lost_and_named),
        WITH_SCENE(who_leaves_says_why_with_its_last_report),
        WITH_SCENE(who_does_not_end_in_time_is_named),
        WITH_SCENE(who_cannot_begin_ends_it_before_the_start),
        WITH_SCENE(no_more_shards_than_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
