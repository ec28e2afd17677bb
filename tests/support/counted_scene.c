/* SPDX-License-Identifier: MIT */
#include "support/counted_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/loop.h"
#include "support/rollout_ground.h"

#define AGENT (BINARIES_FOLDER "/flightdeck-agent")

/* It keeps the weight; who asks whom is settled by the users. */
static const char script[] = "cd \"$1\" || exit 9\n"
                             "case $2 in\n"
                             "set) echo \"$3 $4\" >weight ;;\n"
                             "get) cat weight 2>/dev/null || echo 0 ;;\n"
                             "esac\n";

static void write_config(const struct counted_scene *scene) {
    char config[2048], divide[TEST_PATH_SIZE];
    const char *folder = scene->folder.path;
    test_folder_path(&scene->folder, "divide", divide);
    int length = snprintf(
        config, sizeof config,
        "version: 1\n"
        "targets:\n"
        "  counted:\n"
        "    class: local\n"
        "    url: %s\n"
        "    tracks: {stable: {urls: [\"%s\"]}, canary: {urls: [\"%s\"]}}\n"
        "    split:\n"
        "      command:\n"
        "        set: [sh, %s, %s, set, \"${weight}\", \"${epoch}\"]\n"
        "        get: [sh, %s, %s, get]\n"
        "    rollout: {socket: %s/rollout.sock}\n",
        scene->stack.urls[COUNTED_STABLE], scene->stack.urls[COUNTED_STABLE],
        scene->stack.urls[COUNTED_CANARY], divide, folder, divide, folder, folder);
    if (scene->by_prometheus) {
        length += snprintf(
            config + length, sizeof config - (size_t)length,
            "    prometheus:\n"
            "      url: http://127.0.0.1:%u\n"
            "      stable: '{job=\"agent\", track=\"stable\"}'\n"
            "      canary: '{job=\"agent\", track=\"canary\"}'\n",
            (unsigned)scene->prometheus.port);
    }
    assert_true(length > 0 && (size_t)length < sizeof config);
    test_folder_write(&scene->folder, "divide", script);
    test_folder_write(&scene->folder, "config.yaml", config);
}

static void make_plan(struct rollout_plan *plan) {
    rollout_ground_plan(plan, "counted");
    plan->step_count = 3;
    plan->steps[2].weight_bp = 10000;
}

static void set_up(struct counted_scene *scene, bool by_prometheus) {
    static const char *const releases[COUNTED_SIDES] = {"v1.5.0", "v1.6.0"};
    memset(scene, 0, sizeof *scene);
    test_folder_init(&scene->folder);
    rollout_ground_enter(&scene->folder);
    test_stack_start(&scene->stack, AGENT, "fixed:100ms");
    scene->rollout.loop = loop_new();
    scene->rollout.launch = memory_new(sizeof *scene->rollout.launch);
    for (unsigned i = 0; i < COUNTED_SIDES; i++) {
        test_stack_serve(&scene->stack, i, releases[i], NULL);
        const struct users_options options = {
            .port = (uint16_t)strtoul(strrchr(scene->stack.urls[i], ':') + 1, NULL, 10),
            .count = 1000,
            .in_body = true,
        };
        scene->users[i] = users_new(scene->rollout.loop, &options);
        users_go_on(scene->users[i]);
    }
    scene->by_prometheus = by_prometheus;
    if (by_prometheus) {
        assert_true(test_prometheus_start(
            &scene->prometheus, &scene->folder, scene->stack.urls[COUNTED_STABLE],
            scene->stack.urls[COUNTED_CANARY]));
    }
    write_config(scene);
    rollout_ground_read(&scene->rollout, &scene->folder, "counted");
    make_plan(&scene->rollout.launch->plan);
}

void counted_scene_init(struct counted_scene *scene) {
    set_up(scene, false);
}

void counted_scene_init_by_prometheus(struct counted_scene *scene) {
    set_up(scene, true);
}

void counted_scene_clear(struct counted_scene *scene) {
    for (unsigned i = 0; i < COUNTED_SIDES; i++) users_free(scene->users[i]);
    rollout_scene_kill(&scene->rollout);
    loop_free(scene->rollout.loop);
    free(scene->rollout.launch);
    test_prometheus_stop(&scene->prometheus);
    test_stack_stop(&scene->stack);
    test_folder_clear(&scene->folder);
}

void counted_scene_wait(
    struct counted_scene *scene, enum rollout_phase phase, enum rollout_hold hold) {
    const struct rollout_goal wish = {.phase = phase, .hold = hold};
    rollout_scene_wait(&scene->rollout, &wish);
}

void counted_scene_watch(
    struct counted_scene *scene, uint64_t stable, uint64_t canary) {
    struct rollout_status *status = &scene->rollout.status;
    while (status->metrics[0].stable_units < stable ||
           status->metrics[0].canary_units < canary) {
        status->phase = ROLLOUT_IDLE; /* the next one that is published */
        counted_scene_wait(scene, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD);
    }
}

void counted_scene_serve_again(
    struct counted_scene *scene, unsigned side, const char *release) {
    char address[TEST_URL_SIZE];
    text_copy_cut(address, sizeof address, strstr(scene->stack.urls[side], "127"));
    const char *const again[] = {"--listen", address, NULL};
    test_stack_serve(&scene->stack, side, release, again);
}
