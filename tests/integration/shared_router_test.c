/* Two names of one router: while a rollout of one is open, none of the other begins. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "history/lock.h"
#include "io/rollout_place.h"
#include "support/test_program.h"

enum { CONFIG_SIZE = 2048, ASKED_MAX = 500 };

struct scene {
    struct test_program program;
    char state[TEST_PATH_SIZE];
};

/* `old` was renamed to `new`; `other` has a router of its own. */
static void set_up(struct scene *scene) {
    char config[CONFIG_SIZE];
    struct text text = TEXT_IN(config);
    test_program_init(&scene->program);
    test_folder_path(&scene->program.folder, "flightdeck", scene->state);
    assert_int_equal(mkdir(scene->state, 0700), 0);
    text_add(&text, "version: 1\ntargets:\n");
    static const char *const targets[] = {"old", "new", "other"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        bool is_other = strcmp(targets[i], "other") == 0;
        text_addf(
            &text,
            "  %s:\n    class: local\n    url: http://127.0.0.1:1\n    split: "
            "{command: "
            "{set: [true, %s, \"${weight}\"], get: [echo, \"0\"]}}\n",
            targets[i], is_other ? "its-own" : "shared");
    }
    assert_false(text.truncated);
    test_folder_write(&scene->program.folder, "flightdeck/config.yaml", config);
}

static void expect(
    struct scene *scene, const char *command, int code, const char *words) {
    struct test_program *program = &scene->program;
    int ended = test_program_run(program, command);
    if (ended == code && strstr(program->err, words)) return;
    if (ended == code && strstr(program->out, words)) return;
    fail_msg("%s: %d %s%s", command, ended, program->out, program->err);
}

static bool is_held(const struct scene *scene, const char *target, pid_t *pid) {
    char name[ROLLOUT_LOCK_SIZE];
    struct lock_holder who = {.pid = 0};
    rollout_lock_name(target, name);
    bool held = lock_is_held(scene->state, name, &who);
    *pid = who.pid;
    return held;
}

static void wait_for_end(struct scene *scene, const char *target) {
    pid_t pid = 0;
    for (unsigned i = 0; i < ASKED_MAX && is_held(scene, target, &pid); i++) {
        test_program_run(&scene->program, "flightdeck canary status --target other");
    }
    assert_false(is_held(scene, target, &pid));
}

#define START(target) "flightdeck canary start --to v2 --detach --target " target
#define ABORT(target) "flightdeck canary abort --target " target

static void a_router_is_of_one_rollout(void **state) {
    (void)state;
    struct scene scene;
    pid_t pid = 0;
    set_up(&scene);
    expect(&scene, START("old"), EXIT_CODE_OK, "started: rollout");
    expect(
        &scene, START("new"), EXIT_CODE_UNREACHABLE,
        "the router of new is in use: held by ");
    expect(&scene, START("new"), EXIT_CODE_UNREACHABLE, ", canary of old) since 2");
    expect(&scene, START("other"), EXIT_CODE_OK, "started: rollout");
    expect(&scene, ABORT("other"), EXIT_CODE_OK, "abort: ");
    /* Whoever takes it up again will write to the router. */
    assert_true(is_held(&scene, "old", &pid));
    kill(pid, SIGKILL);
    wait_for_end(&scene, "old");
    expect(
        &scene, START("new"), EXIT_CODE_UNREACHABLE,
        "the router of new is in use: the rollout of old to v2 is open (preflight)");
    expect(&scene, "flightdeck canary status --target new", EXIT_CODE_UNREACHABLE, "");
    expect(&scene, ABORT("old"), EXIT_CODE_OK, "abort: ");
    wait_for_end(&scene, "old");
    expect(&scene, START("new"), EXIT_CODE_OK, "started: rollout");
    expect(&scene, START("old"), EXIT_CODE_UNREACHABLE, ", canary of new) since 2");
    expect(&scene, ABORT("new"), EXIT_CODE_OK, "abort: ");
    wait_for_end(&scene, "new");
    wait_for_end(&scene, "other");
    test_program_clear(&scene.program);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_router_is_of_one_rollout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
