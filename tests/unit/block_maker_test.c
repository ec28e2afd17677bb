/* Blocks from several processes, from what each says second by second. */
/* SPDX-License-Identifier: MIT */
#include "core/block_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "core/block_look.h"
#include "core/weight.h"
#include "support/scraped.h"

enum { STABLE, CANARY, OTHER, PROCESSES, TEXT_SIZE = 256 };

struct scene {
    struct block_maker *maker;
    struct block_member *members[PROCESSES];
    struct scraped scraped[PROCESSES];
    unsigned good[PROCESSES], failed[PROCESSES], start_s[PROCESSES];
    uint64_t now_ns;
    struct metric_block block; /* the newest one */
    unsigned blocks;
};

static void set_up(struct scene *scene) {
    static const char *const names[] = {"stable a:1", "canary b:2", "stable c:3"};
    *scene = (struct scene){.now_ns = 100 * NS_PER_S};
    scene->maker = memory_new(sizeof *scene->maker);
    for (int i = 0; i < PROCESSES; i++) {
        enum arm arm = i == CANARY ? ARM_CANARY : ARM_STABLE;
        scene->members[i] = block_maker_join(scene->maker, arm, names[i]);
        scene->scraped[i] = scraped_new();
        scene->start_s[i] = 5;
    }
}

static void tear_down(struct scene *scene) {
    for (int i = 0; i < PROCESSES; i++) scraped_free(&scene->scraped[i]);
    free(scene->maker);
}

/* It served so many requests more, and says so. */
static void serve(struct scene *scene, int which, unsigned good, unsigned failed) {
    char text[TEXT_SIZE];
    scene->good[which] += good;
    scene->failed[which] += failed;
    snprintf(
        text, sizeof text,
        "agent_requests_total{status=\"success\"} %u\n"
        "agent_requests_total{status=\"error\"} %u\n"
        "process_start_time_seconds %u\n",
        scene->good[which], scene->failed[which], scene->start_s[which]);
    scene->scraped[which].now_ns = scene->now_ns;
    const struct reading reading = scraped_answer(&scene->scraped[which], text);
    scene->now_ns = scene->scraped[which].now_ns;
    scene->blocks += block_maker_take(
        scene->maker, scene->members[which], &reading, scene->now_ns, &scene->block);
}

static void serve_all(struct scene *scene) {
    for (int i = 0; i < PROCESSES; i++) serve(scene, i, 10, 1);
}

static void restart(struct scene *scene, int which) {
    scene->start_s[which] = (unsigned)(scene->now_ns / NS_PER_S);
    scene->now_ns += 3 * NS_PER_S;
    scene->good[which] = scene->failed[which] = 0;
    serve(scene, which, 0, 0);
}

static struct block_look look(const struct scene *scene) {
    return block_look_at(scene->maker, scene->now_ns);
}

static void a_block_is_whole_when_all_have_been_heard(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    assert_string_equal(look(&scene).words, "stable a:1 has not told its metrics yet");
    assert_true(look(&scene).age_ms == UINT64_MAX);
    serve_all(&scene);
    assert_int_equal(scene.blocks, 1);
    serve(&scene, STABLE, 10, 1);
    serve(&scene, STABLE, 10, 1); /* twice before the others */
    serve(&scene, OTHER, 10, 1);
    assert_int_equal(scene.blocks, 1);
    serve(&scene, CANARY, 10, 1);
    assert_int_equal(scene.blocks, 2);
    assert_int_equal(scene.block.trials[ARM_STABLE][HARM_ERRORS].count, 33);
    assert_int_equal(scene.block.trials[ARM_CANARY][HARM_ERRORS].failures, 1);
    const struct block_look seen = look(&scene);
    assert_string_equal(seen.words, "");
    assert_int_equal(seen.age_ms, 2000); /* of its oldest reading */
    assert_int_equal(seen.ages_ms[ARM_STABLE], 2000);
    assert_int_equal(seen.ages_ms[ARM_CANARY], 0);
    tear_down(&scene);
}

static void who_left_is_not_waited_for(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    serve_all(&scene);
    block_maker_miss(scene.members[OTHER], BLOCK_SILENT);
    serve(&scene, STABLE, 10, 0);
    serve(&scene, CANARY, 10, 0);
    assert_int_equal(scene.blocks, 1);
    assert_string_equal(look(&scene).words, "stable c:3 does not tell its metrics");
    block_maker_leave(scene.members[OTHER]);
    serve(&scene, CANARY, 10, 0);
    assert_int_equal(scene.blocks, 2);
    assert_string_equal(look(&scene).words, "");
    tear_down(&scene);
}

static void nothing_of_stable_is_needed_when_the_canary_has_all(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    serve_all(&scene);
    block_maker_miss(scene.members[STABLE], BLOCK_SILENT);
    block_maker_leave(scene.members[OTHER]);
    serve(&scene, CANARY, 10, 0);
    assert_int_equal(scene.blocks, 1);
    scene.maker->weight_bp = WEIGHT_ALL_BP;
    serve(&scene, CANARY, 10, 0);
    assert_int_equal(scene.blocks, 2);
    assert_int_equal(scene.block.trials[ARM_CANARY][HARM_ERRORS].count, 20);
    assert_int_equal(scene.block.trials[ARM_STABLE][HARM_ERRORS].count, 0);
    assert_string_equal(look(&scene).words, "");
    assert_int_equal(look(&scene).age_ms, 0);
    block_maker_leave(scene.members[STABLE]);
    serve(&scene, CANARY, 10, 0);
    assert_int_equal(scene.blocks, 3);
    /* But the canary itself is. */
    block_maker_leave(scene.members[CANARY]);
    assert_string_equal(look(&scene).words, "canary has no instance");
    tear_down(&scene);
}

static void a_restart_leaves_its_interval_out_and_is_counted(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    serve_all(&scene);
    serve(&scene, STABLE, 10, 1);
    restart(&scene, CANARY);
    serve(&scene, OTHER, 10, 1);
    serve(&scene, STABLE, 10, 1);
    serve(&scene, CANARY, 10, 1);
    assert_int_equal(scene.blocks, 2);
    assert_int_equal(scene.block.trials[ARM_STABLE][HARM_ERRORS].count, 22);
    assert_int_equal(scene.maker->restarts[ARM_CANARY], 1);
    assert_int_equal(scene.maker->restarts[ARM_STABLE], 0);
    assert_false(look(&scene).crashing);
    restart(&scene, CANARY);
    restart(&scene, CANARY);
    assert_true(look(&scene).crashing);
    assert_string_equal(
        look(&scene).crashes,
        "canary b:2: crash loop, its process has restarted 3 times");
    /* That of stable is no fault of the canary. */
    scene.now_ns += 60 * NS_PER_S;
    for (int i = 0; i < 3; i++) restart(&scene, STABLE);
    assert_false(look(&scene).crashing);
    tear_down(&scene);
}

/* Four processes behind one address, each of which was there all the time. */
static void who_was_there_before_has_not_crashed(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    serve_all(&scene);
    for (unsigned i = 0; i < 4; i++) {
        scene.start_s[CANARY] = 10 + 10 * i;
        serve(&scene, CANARY, 1, 0);
    }
    assert_int_equal(scene.maker->restarts[ARM_CANARY], 4);
    assert_false(look(&scene).crashing);
    tear_down(&scene);
}

static void what_falls_spoils_the_data_for_a_while(void **state) {
    (void)state;
    struct scene scene;
    set_up(&scene);
    serve_all(&scene);
    scene.good[CANARY] -= 5; /* of the same process */
    serve(&scene, CANARY, 0, 0);
    assert_true(look(&scene).contradicts);
    assert_string_equal(look(&scene).words, "counters fell without a restart, 1 times");
    scene.now_ns += 15 * NS_PER_S;
    assert_false(look(&scene).contradicts);
    tear_down(&scene);
}

static void there_is_room_for_so_many(void **state) {
    (void)state;
    struct block_maker *maker = memory_new(sizeof *maker);
    for (int i = 0; i < BLOCK_MEMBERS_MAX; i++) {
        assert_non_null(block_maker_join(maker, ARM_CANARY, "one"));
    }
    assert_null(block_maker_join(maker, ARM_CANARY, "too many"));
    block_maker_leave(&maker->members[ARM_CANARY][7]);
    assert_ptr_equal(
        block_maker_join(maker, ARM_CANARY, "after all"),
        &maker->members[ARM_CANARY][7]);
    free(maker);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_whole_when_all_have_been_heard),
        cmocka_unit_test(who_left_is_not_waited_for),
        cmocka_unit_test(nothing_of_stable_is_needed_when_the_canary_has_all),
        cmocka_unit_test(a_restart_leaves_its_interval_out_and_is_counted),
        cmocka_unit_test(who_was_there_before_has_not_crashed),
        cmocka_unit_test(what_falls_spoils_the_data_for_a_while),
        cmocka_unit_test(there_is_room_for_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
