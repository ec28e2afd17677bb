/* A load generator and whoever started it:
 * what happens when that one is gone, or does not listen. */
/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/loop.h"
#include "support/life.h"
#include "support/load_scene.h"

enum { PATIENCE_MS = 20000 };

/* A parent that starts a generator, says its pid, and does nothing more. The generator
 * has nothing but the end of its pipe to learn from. */
static _Noreturn void be_parent(struct load_scene *scene, int tell) {
    test_load_start(&scene->load);
    if (!test_load_next(&scene->load)) _exit(1);
    (void)!write(tell, &scene->load.pid, sizeof scene->load.pid);
    for (;;) pause();
}

static void a_parent_that_is_killed_leaves_no_generator(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_SILENT)->requests_max = 0;
    scene->load.unprotected = true;
    int told[2];
    assert_int_equal(pipe(told), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) be_parent(scene, told[1]);
    close(told[1]);
    pid_t generator = 0;
    assert_int_equal(read(told[0], &generator, sizeof generator), sizeof generator);
    close(told[0]);

    int life = life_of(generator);
    assert_true(life >= 0);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    bool ended = life_ends(life, PATIENCE_MS);
    if (!ended) kill(generator, SIGKILL);
    close(life);
    assert_true(ended);
}

/* For what is done to it all that time: nothing is waited for. */
static void wait_ms(uint64_t ms) {
    uint64_t until_ns = loop_clock_ns() + ms * NS_PER_MS;
    while (loop_clock_ns() < until_ns) poll(NULL, 0, 50);
}

static void what_is_not_listened_to_is_told_later(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    plan->requests_max = 0;
    plan->run_time_ns = 3 * NS_PER_S;
    plan->report_ns = 50 * NS_PER_MS;
    scene->load.pipe_bytes = 4096;
    test_load_start(&scene->load);
    struct pollfd begun = {.fd = scene->load.from, .events = POLLIN};
    assert_int_equal(poll(&begun, 1, PATIENCE_MS), 1);
    wait_ms(2000); /* its pipe is full long before */
    assert_int_equal(test_load_finish(&scene->load), 0);
    load_scene_balance(&scene->load);
    assert_true(scene->load.reports < 50);
    assert_int_equal(scene->load.sum->start_ns, 0);
    assert_true(scene->load.sum->end_ns >= plan->run_time_ns);
    assert_int_equal(scene->server.counts->requests, scene->load.sum->rows[0].sent);
}

/* Half of the time: so do half of its beats say it. */
static void how_long_it_was_stopped_is_in_its_lag(void **state) {
    struct load_scene *scene = *state;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    plan->requests_max = 0;
    plan->run_time_ns = 3 * NS_PER_S;
    test_load_start(&scene->load);
    assert_true(test_load_next(&scene->load));
    assert_int_equal(kill(scene->load.pid, SIGSTOP), 0);
    wait_ms(1500);
    assert_int_equal(kill(scene->load.pid, SIGCONT), 0);
    assert_int_equal(test_load_finish(&scene->load), 0);
    const struct histogram *lag = &scene->load.sum->health.lag;
    assert_true(histogram_quantile(lag, 0.99) > 1e6);
    assert_true(lag->count > 250);
}

static void nonsense_stops_it(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_GOOD)->requests_max = 0;
    test_load_start(&scene->load);
    assert_true(test_load_next(&scene->load));
    static const char words[] = "GET / HTTP/1.1\r\n\r\n";
    assert_int_equal(write(scene->load.to, words, sizeof words - 1), sizeof words - 1);
    assert_int_equal(test_load_finish(&scene->load), 0);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_STOPPED);
    load_scene_balance(&scene->load);
}

#define ON_SCENE(test) \
    cmocka_unit_test_setup_teardown(test, load_scene_make, load_scene_clear)

int main(void) {
    const struct CMUnitTest tests[] = {
        ON_SCENE(a_parent_that_is_killed_leaves_no_generator),
        ON_SCENE(what_is_not_listened_to_is_told_later),
        ON_SCENE(how_long_it_was_stopped_is_in_its_lag),
        ON_SCENE(nonsense_stops_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
