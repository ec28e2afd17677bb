/* SPDX-License-Identifier: MIT */
#include "core/rollout_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/frame.h"
#include "core/target_record.h"

static struct rollout_launch *any_launch(void) {
    struct rollout_launch *launch = memory_new(sizeof *launch);
    struct target *target = &launch->target;
    launch->kind = ROLLOUT_LAUNCH_TAKEOVER;
    launch->epoch = 7;
    text_copy_cut(launch->plan.to, sizeof launch->plan.to, "v1.6.0");
    launch->plan.step_count = 2;
    launch->plan.steps[0].weight_bp = 500;
    launch->plan.steps[1].weight_bp = 10000;
    target_init(target);
    text_copy_cut(target->name, sizeof target->name, "demo");
    target->tracks[TRACK_CANARY].url_count = 2;
    text_copy_cut(target->tracks[TRACK_CANARY].urls[1], TARGET_URL_SIZE, "http://c:2");
    target->header_count = 1;
    text_copy_cut(
        target->headers[0].value, sizeof target->headers[0].value, "Bearer x");
    target->headers[0].secret = true;
    text_copy_cut(target->split.socket, sizeof target->split.socket, "/run/h.sock");
    text_copy_cut(target->queues[0].key, sizeof target->queues[0].key, "jobs");
    target->queue_count = 1;
    text_copy_cut(
        target->kubernetes.lease, sizeof target->kubernetes.lease, "agent-rollout");
    target->kubernetes.replicas = 20;
    target->publish.redis = true;
    text_copy_cut(
        target->publish.listen, sizeof target->publish.listen, "127.0.0.1:8080");
    target->queues[0].track = STATE_TRACK_NONE;
    text_copy_cut(
        target->prometheus.selectors[TRACK_CANARY], TARGET_SELECTOR_SIZE, "{a=\"b\"}");
    target->prometheus.header_count = 1;
    target->prometheus.headers[0].secret = true;
    return launch;
}

static void a_launch_comes_back_as_it_was(void **state) {
    struct rollout_launch *launch = any_launch();
    struct rollout_launch *back = memory_new(sizeof *back);
    uint8_t *bytes = memory_new(FRAME_SIZE_MAX);
    struct frame frame;
    struct error err = {0};
    (void)state;
    size_t length = frame_encode(
        ROLLOUT_LAUNCH_FRAME, &rollout_launch_record, launch, bytes, FRAME_SIZE_MAX);
    assert_true(length > 0);
    assert_int_equal(frame_find(bytes, length, &frame, &err), FRAME_WHOLE);
    assert_int_equal(frame.kind, ROLLOUT_LAUNCH_FRAME);
    target_init(&back->target);
    assert_true(frame_read(&frame, &rollout_launch_record, back, &err));
    assert_int_equal(back->kind, ROLLOUT_LAUNCH_TAKEOVER);
    assert_int_equal(back->epoch, 7);
    assert_memory_equal(&back->plan, &launch->plan, sizeof back->plan);
    assert_string_equal(back->target.tracks[TRACK_CANARY].urls[1], "http://c:2");
    assert_true(back->target.headers[0].secret);
    assert_memory_equal(&back->target, &launch->target, sizeof back->target);
    free(bytes);
    free(back);
    free(launch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_launch_comes_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
