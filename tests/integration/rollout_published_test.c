/* A real rollout, seen by the real watcher as from another machine: its controller's
 * socket is not where the watcher looks. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "io/loop.h"
#include "support/rollout_scene.h"
#include "support/service.h"
#include "support/test_program.h"

enum { FILE_SIZE = 2048 };

static void choose_port(struct rollout_scene *scene) {
    struct service *service = service_new(scene->loop, 0);
    struct text listen = TEXT_IN(scene->launch->target.publish.listen);
    text_addf(&listen, "127.0.0.1:%u", service_port(service));
    service_free(service);
}

/* Whether the watcher, configured so, says those words within some seconds. */
static void expect_seen(
    struct rollout_scene *scene, const char *rollout, const char *words) {
    const struct target *target = &scene->launch->target;
    struct test_program program;
    char file[FILE_SIZE];
    struct text text = TEXT_IN(file);
    test_program_init(&program);
    text_addf(
        &text,
        "version: 1\ntargets:\n  demo: {url: \"%s\", class: local, redis: \"%s\", "
        "rollout: %s}\n",
        target->url, target->redis, rollout);
    assert_false(text.truncated);
    test_folder_write(&program.folder, "watch.yaml", file);
    test_program_run(
        &program, BINARIES_FOLDER
        "/flightdeck-watch --config watch.yaml --target demo --plain --timeout 3s");
    if (!strstr(program.out, words)) fail_msg("%s\n%s", program.out, program.err);
    test_program_clear(&program);
}

static void watchers_elsewhere_see_how_far_it_is(void **state) {
    struct rollout_scene scene;
    char rollout[128];
    struct text text = TEXT_IN(rollout);
    (void)state;
    rollout_scene_init(&scene);
    scene.launch->target.publish.redis = true;
    choose_port(&scene);
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    assert_true(rollout_scene_order(&scene, ROLLOUT_ORDER_HOLD, "ann"));
    rollout_scene_wait(
        &scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_PERSON, 1});

    expect_seen(
        &scene, "{redis: true}", "rollout: hold, step 1 of 4: the test says so");
    text_addf(&text, "{url: \"http://%s\"}", scene.launch->target.publish.listen);
    expect_seen(&scene, rollout, "rollout: hold, step 1 of 4: the test says so");

    rollout_scene_clear(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watchers_elsewhere_see_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
