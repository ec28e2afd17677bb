/* SPDX-License-Identifier: MIT */
#include "support/canary_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/observed.h"

enum { TWELVE_MINUTES_MS = 12 * 60 * 1000, SLOW_US = 1000000, USUAL_US = 400000 };

struct canary_scene *canary_scene_new(void) {
    struct canary_scene *scene = memory_new(sizeof *scene);
    struct rollout_rules rules = rollout_rules_default();
    evidence_init(&scene->evidence, &rules);
    for (unsigned i = 0; i < BASELINE_LEAST; i++) {
        baseline_add(&scene->evidence.latency, SLOW_US);
    }
    evidence_start_step(&scene->evidence, 500);
    scene->moment = (struct decision_moment){
        .in_step_ms = TWELVE_MINUTES_MS,
        .data_age_ms = 800,
        .weight_bp = 500,
        .next_bp = 2500,
        .is_ready = true};
    scene->next_user = 1;
    scene->latency_us = USUAL_US;
    return scene;
}

void canary_scene_add(
    struct canary_scene *scene, enum arm arm, unsigned count, unsigned failures) {
    for (unsigned i = 0; i < count; i++) {
        uint32_t failed = i < failures ? HARM_BIT(HARM_ERRORS) : 0;
        uint32_t weight_bp = scene->evidence.split.weight_bp;
        struct observation seen = observed(arm, weight_bp, scene->next_user++, failed);
        seen.latency_us = scene->latency_us;
        evidence_add(&scene->evidence, &seen);
    }
}

struct decision canary_scene_decide(const struct canary_scene *scene) {
    return decision_make(&scene->evidence, &scene->moment);
}

void canary_scene_expect(
    const struct canary_scene *scene, enum decision_kind kind, const char *why) {
    struct decision decision = canary_scene_decide(scene);
    assert_string_equal(decision_kind_name(decision.kind), decision_kind_name(kind));
    assert_string_equal(decision.why, why);
}
