/* The start of a rollout's controller, with real processes that answer as one would, or
 * do not. */
/* SPDX-License-Identifier: MIT */
#include "actions/rollout_starter.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/event.h"
#include "core/frame.h"
#include "io/loop.h"
#include "support/test_folder.h"

enum { LIMIT_S = 30, BYTES_MAX = 8192, PLAN_MAX = 1024 };

struct scene {
    struct loop *loop;
    struct loop_timer *limit;
    struct test_folder folder;
    struct rollout_starter *starter;
    struct rollout_answer answer;
    struct error why;
    bool answered;
    unsigned calls;
};

static void on_limit(void *owner, uint64_t now_ns) {
    (void)owner;
    (void)now_ns;
    fail_msg("nothing happened in time");
}

static void on_started(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct scene *scene = owner;
    scene->calls++;
    scene->answered = answer != NULL;
    if (answer) scene->answer = *answer;
    if (why) scene->why = *why;
    loop_stop(scene->loop);
}

/* What `answer` says lies in the file "said" of the folder. */
static void scene_init(struct scene *scene, const struct rollout_answer *answer) {
    uint8_t bytes[BYTES_MAX];
    char path[TEST_PATH_SIZE];
    struct event event;
    *scene = (struct scene){.loop = loop_new()};
    test_folder_init(&scene->folder);
    scene->limit = loop_after(scene->loop, LIMIT_S * NS_PER_S, on_limit, scene);
    event_begin(&event, EVENT_ANSWER);
    event.answer = *answer;
    size_t length = event_encode(&event, bytes, sizeof bytes);
    test_folder_path(&scene->folder, "said", path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void scene_clear(struct scene *scene) {
    rollout_starter_free(scene->starter);
    loop_timer_free(scene->limit);
    loop_free(scene->loop);
    test_folder_clear(&scene->folder);
}

static struct rollout_launch launch = {
    .plan =
        {.target = "local",
         .to = "v1.6.0",
         .step_count = 2,
         .steps = {{500}, {10000}},
         .alpha = 0.01,
         .material = 1.5,
         .budget_ratio = 0.01},
    .target = {.name = "local", .url = "http://127.0.0.1:1"},
};

/* Starts a shell in the folder that runs `script`; true when it could. */
static void start(struct scene *scene, const char *script) {
    char command[256];
    struct error err = {0};
    snprintf(command, sizeof command, "cd %s && %s", scene->folder.path, script);
    const char *const args[] = {"-c", command, NULL};
    const struct rollout_starter_options options = {
        .program = "/bin/sh",
        .args = args,
        .launch = &launch,
        .on_started = on_started,
        .owner = scene};
    scene->starter = rollout_starter_new(scene->loop, &options, &err);
    if (!scene->starter) fail_msg("%s", err.message);
    assert_int_equal(scene->calls, 0);
    loop_run(scene->loop);
    assert_int_equal(scene->calls, 1);
}

static void an_accepted_one_lives_on_without_us(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene, &(struct rollout_answer){.accepted = true, .words = "held"});
    start(&scene, "cat said; exec sleep 60");
    assert_true(scene.answered && scene.answer.accepted);
    pid_t pid = rollout_starter_pid(scene.starter);
    assert_true(pid > 0);
    assert_int_equal(getsid(pid), pid); /* no terminal of ours reaches it */
    scene_clear(&scene);
    assert_int_equal(kill(pid, 0), 0);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void the_plan_comes_on_its_stdin(void **state) {
    struct scene scene;
    uint8_t wanted[PLAN_MAX], bytes[PLAN_MAX] = {0};
    char script[128], path[TEST_PATH_SIZE];
    (void)state;
    size_t length = frame_encode(
        ROLLOUT_LAUNCH_FRAME, &rollout_launch_record, &launch, wanted, sizeof wanted);
    assert_true(length > 0);
    scene_init(&scene, &(struct rollout_answer){.words = "held by bob on ops2"});
    snprintf(script, sizeof script, "head -c %zu >plan; cat said", length);
    start(&scene, script);
    assert_true(scene.answered);
    assert_false(scene.answer.accepted);
    assert_string_equal(scene.answer.words, "held by bob on ops2");
    test_folder_path(&scene.folder, "plan", path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), length);
    fclose(file);
    assert_memory_equal(bytes, wanted, length);
    scene_clear(&scene);
}

static void one_that_says_nothing_useful_is_told_apart(void **state) {
    static const struct {
        const char *script, *words;
    } cases[] = {
        {"exit 3", "ended with code 3"},
        {"echo no such library >&2; exit 70", "ended with code 70: no such library"},
        {"head -c 1000000 /dev/zero >&2; exit 4", "ended with code 4: \u2400"},
        {"kill -9 $$", "killed by signal 9"},
        {"echo an error of another program; exec sleep 60", "not understood"},
        {"cat /dev/zero", "not understood"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        scene_init(&scene, &(struct rollout_answer){0});
        start(&scene, cases[i].script);
        assert_false(scene.answered);
        assert_non_null(strstr(scene.why.message, cases[i].words));
        scene_clear(&scene); /* and ends it */
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    }
}

static void a_program_that_is_not_there_is_an_error_at_once(void **state) {
    struct scene scene;
    struct error err = {0};
    (void)state;
    scene_init(&scene, &(struct rollout_answer){0});
    const struct rollout_starter_options options = {
        .program = "/nonexistent/flightdeck-canary",
        .launch = &launch,
        .on_started = on_started,
        .owner = &scene};
    assert_null(rollout_starter_new(scene.loop, &options, &err));
    assert_non_null(strstr(err.message, "/nonexistent/flightdeck-canary"));
    scene_clear(&scene);
    assert_int_equal(scene.calls, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_one_lives_on_without_us),
        cmocka_unit_test(the_plan_comes_on_its_stdin),
        cmocka_unit_test(one_that_says_nothing_useful_is_told_apart),
        cmocka_unit_test(a_program_that_is_not_there_is_an_error_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
