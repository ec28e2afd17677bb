/* SPDX-License-Identifier: MIT */
#include "support/rollout_ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "config.h"
#include "core/ulid.h"
#include "io/loop.h"

void rollout_ground_enter(const struct test_folder *folder) {
    static const char *const folders[] = {
        "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        setenv(folders[i], folder->path, 1); /* NOLINT(concurrency-mt-unsafe) */
    }
}

void rollout_ground_read(
    struct rollout_scene *rollout, const struct test_folder *folder,
    const char *target) {
    struct rollout_launch *launch = rollout->launch;
    struct error err = {0};
    char path[TEST_PATH_SIZE];
    test_folder_path(folder, "config.yaml", path);
    struct config *config = config_read(path, &err);
    if (!config || !config_choose(config, target, NULL, &err)) {
        fail_msg("%s", err.message);
    }
    launch->target = *config_target(config);
    text_copy_cut(launch->config, sizeof launch->config, path);
    text_copy_cut(rollout->place, sizeof rollout->place, launch->target.rollout_socket);
    config_free(config);
}

void rollout_ground_name(struct rollout_plan *plan) {
    uint8_t id[ULID_SIZE], chance[ULID_RANDOM_SIZE];
    loop_random(chance, sizeof chance);
    ulid_make(id, loop_wall_ms(), chance);
    ulid_to_string(id, plan->id);
}

void rollout_ground_plan(struct rollout_plan *plan, const char *target) {
    *plan = (struct rollout_plan){
        .from = "v1.5.0",
        .to = "v1.6.0",
        .holder = "ann",
        .host = "ops1",
        .reason = "weekly release",
        .step_count = 4,
        .steps = {{500}, {2500}, {5000}, {10000}},
        .hold_each_ns = NS_PER_S,
        .max_each_ns = 600 * NS_PER_S,
        .keep_previous_ns = 3600 * NS_PER_S,
        .stale_ns = 5 * NS_PER_S,
        .blind_max_ns = 120 * NS_PER_S,
        .alpha = 0.01,
        .material = 1.5,
        .budget_ratio = 0.19,
    };
    text_copy_cut(plan->target, sizeof plan->target, target);
    rollout_ground_name(plan);
}
