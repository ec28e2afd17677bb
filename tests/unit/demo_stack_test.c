/* SPDX-License-Identifier: MIT */
#include "demo_stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/test_folder.h"

enum { LIMIT_S = 10, READY_MS = 200 };

/* A stack whose redis is a script of the test's. */
struct rig {
    struct test_folder folder;
    struct loop *loop;
    struct demo_plan plan;
    struct demo_stack *stack;
    bool made, failed, stopped;
    char why[ERROR_MESSAGE_SIZE];
};

static void on_ready(void *owner) {
    (void)owner;
    fail_msg("nothing of it can be ready");
}

static void on_failed(void *owner, const struct error *why) {
    struct rig *rig = owner;
    assert_true(rig->made);
    rig->failed = true;
    text_copy_cut(rig->why, sizeof rig->why, why->message);
    demo_stack_stop(rig->stack);
}

static void on_ended(void *owner, const char *words) {
    (void)owner;
    fail_msg("it never ran: %s", words);
}

static void on_stopped(void *owner) {
    struct rig *rig = owner;
    rig->stopped = true;
    loop_stop(rig->loop);
}

static void on_limit(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct rig *rig = owner;
    loop_stop(rig->loop);
}

static void rig_init(struct rig *rig, const char *redis) {
    *rig = (struct rig){.loop = loop_new()};
    test_folder_init(&rig->folder);
    if (redis) {
        char path[TEST_PATH_SIZE];
        test_folder_write(&rig->folder, "redis-server", redis);
        test_folder_path(&rig->folder, "redis-server", path);
        assert_int_equal(chmod(path, 0700), 0);
    }
    setenv("PATH", rig->folder.path, 1); /* NOLINT(concurrency-mt-unsafe) */
    rig->plan.ready_ns = READY_MS * NS_PER_MS;
    rig->plan.users_max = 100;
    text_copy_cut(rig->plan.place.name, sizeof rig->plan.place.name, "demo");
    text_copy_cut(
        rig->plan.place.folder, sizeof rig->plan.place.folder, rig->folder.path);
}

static void rig_run(struct rig *rig) {
    static const struct demo_stack_handlers handlers = {
        .on_ready = on_ready,
        .on_failed = on_failed,
        .on_ended = on_ended,
        .on_stopped = on_stopped};
    rig->stack = demo_stack_new(rig->loop, &rig->plan, &handlers, rig);
    rig->made = true;
    struct loop_timer *limit = loop_after(rig->loop, LIMIT_S * NS_PER_S, on_limit, rig);
    loop_run(rig->loop);
    if (!rig->stopped) fail_msg("it does not stop: %s", rig->why);
    loop_timer_free(limit);
    demo_stack_free(rig->stack);
    loop_free(rig->loop);
    test_folder_clear(&rig->folder);
}

static void a_program_that_is_not_there_is_told_of(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_run(&rig);
    assert_non_null(strstr(rig.why, "redis-server is not in PATH"));
}

static void a_folder_that_cannot_be_made_is_told_of(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    test_folder_write(&rig.folder, "parts", "in the way");
    rig_run(&rig);
    assert_non_null(strstr(rig.why, "parts"));
}

static void a_part_that_never_listens_is_given_up(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, "#!/bin/sh\nexec /bin/sleep 60\n");
    rig_run(&rig);
    assert_non_null(strstr(rig.why, "redis not ready after 200ms"));
}

static void a_part_that_ignores_signals_is_given_up_all_the_same(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, "#!/bin/sh\ntrap '' TERM\nwhile :; do /bin/sleep 1; done\n");
    rig_run(&rig);
    assert_non_null(strstr(rig.why, "redis not ready after 200ms"));
}

static void the_last_line_of_a_dying_part_is_told(void **state) {
    (void)state;
    struct rig rig;
    rig_init(
        &rig, "#!/bin/sh\n"
              "for i in 1 2 3 4 5 6 7 8 9; do\n"
              "    echo \"$i: one of many words that come before the end of it\"\n"
              "done\n"
              "echo 'no room for the file'\n"
              "exit 3\n");
    rig_run(&rig);
    assert_non_null(strstr(rig.why, "redis ended with exit code 3: "));
    size_t length = strlen(rig.why);
    const char *last = "no room for the file";
    assert_true(length > strlen(last));
    assert_string_equal(rig.why + length - strlen(last), last);
    assert_non_null(strstr(rig.why, "code 3: 6: one of many"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_that_is_not_there_is_told_of),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_told_of),
        cmocka_unit_test(a_part_that_never_listens_is_given_up),
        cmocka_unit_test(a_part_that_ignores_signals_is_given_up_all_the_same),
        cmocka_unit_test(the_last_line_of_a_dying_part_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
