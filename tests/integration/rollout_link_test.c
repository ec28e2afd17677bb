/* The line to a rollout's controller, against a socket that speaks as one would, and
 * against ones that do not. */
/* SPDX-License-Identifier: MIT */
#include "actions/rollout_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/event.h"
#include "core/frame.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"
#include "support/test_folder.h"

enum { LIMIT_S = 30, BYTES_MAX = 8192 };

/* A controller as the line sees it, and who holds the line. */
struct scene {
    struct loop *loop;
    struct loop_timer *limit;
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
    struct listener *listener;
    struct stream *peer;
    struct rollout_order heard;
    bool silent; /* it answers nothing */
    struct rollout_link *link;
    struct rollout_status status;
    struct rollout_answer answer;
    struct error missed, why;
    unsigned statuses, answers, ends;
    bool leaves; /* the owner frees the line in its first callback */
};

static void on_limit(void *owner, uint64_t now_ns) {
    (void)owner;
    (void)now_ns;
    fail_msg("nothing happened in time");
}

static void say(struct scene *scene, const struct event *event) {
    uint8_t bytes[BYTES_MAX];
    size_t length = event_encode(event, bytes, sizeof bytes);
    assert_true(length > 0);
    assert_true(stream_write(scene->peer, (struct slice){(const char *)bytes, length}));
}

static void publish(struct scene *scene, uint64_t version) {
    struct event event;
    event_begin(&event, EVENT_ROLLOUT);
    event.sequence = version;
    event.rollout = (struct rollout_status){
        .known = true,
        .version = version,
        .phase = ROLLOUT_WATCHING,
        .steps = 1,
        .steps_bp = {500},
        .reason = "all \x1b[2J well"};
    say(scene, &event);
}

static void on_order(void *owner, struct slice bytes) {
    struct scene *scene = owner;
    struct frame frame;
    struct error err;
    assert_int_equal(
        frame_find((const uint8_t *)bytes.data, bytes.length, &frame, &err),
        FRAME_WHOLE);
    assert_int_equal(frame.kind, ROLLOUT_ORDER_FRAME);
    memset(&scene->heard, 0, sizeof scene->heard);
    assert_true(frame_read(&frame, &rollout_order_record, &scene->heard, &err));
    if (scene->silent) return;
    struct event event;
    event_begin(&event, EVENT_ANSWER);
    event.answer = (struct rollout_answer){scene->heard.number + 100, true, "others'"};
    say(scene, &event);
    event.answer = (struct rollout_answer){scene->heard.number, true, "held at 5 %"};
    say(scene, &event);
}

static void on_peer_end(void *owner, const struct error *why) {
    struct scene *scene = owner;
    (void)why;
    stream_free(scene->peer);
    scene->peer = NULL;
}

static void on_accept(void *owner, struct stream *stream) {
    static const struct stream_handlers handlers = {
        .on_bytes = on_order, .on_end = on_peer_end};
    struct scene *scene = owner;
    stream_free(scene->peer);
    scene->peer = stream;
    stream_attend(stream, &handlers, scene);
    publish(scene, 7);
}

static void leave(struct scene *scene) {
    if (!scene->leaves) return;
    rollout_link_free(scene->link);
    scene->link = NULL;
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct scene *scene = owner;
    scene->status = *status;
    scene->statuses++;
    leave(scene);
    loop_stop(scene->loop);
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct scene *scene = owner;
    scene->answer = *answer;
    scene->missed = why ? *why : (struct error){0};
    scene->answers++;
    leave(scene);
    loop_stop(scene->loop);
}

static void on_end(void *owner, const struct error *why) {
    struct scene *scene = owner;
    scene->why = *why;
    scene->ends++;
    leave(scene);
    loop_stop(scene->loop);
}

static const struct rollout_link_handlers handlers = {on_status, on_answer, on_end};

static void scene_init(struct scene *scene) {
    *scene = (struct scene){.loop = loop_new()};
    test_folder_init(&scene->folder);
    test_folder_path(&scene->folder, "rollout.sock", scene->path);
    scene->limit = loop_after(scene->loop, LIMIT_S * NS_PER_S, on_limit, scene);
}

static void scene_listen(struct scene *scene) {
    const struct listener_options options = {.path = scene->path};
    struct error err;
    scene->listener = listener_new(scene->loop, &options, on_accept, scene, &err);
    assert_non_null(scene->listener);
}

static void scene_connect(struct scene *scene) {
    scene->link = rollout_link_new(scene->loop, scene->path, &handlers, scene);
}

static void scene_clear(struct scene *scene) {
    rollout_link_free(scene->link);
    stream_free(scene->peer);
    listener_free(scene->listener);
    loop_timer_free(scene->limit);
    loop_free(scene->loop);
    test_folder_clear(&scene->folder);
}

static void run_until(struct scene *scene, const unsigned *count, unsigned wanted) {
    while (*count < wanted) loop_run(scene->loop);
}

static void the_status_is_heard_and_safe_to_show(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene);
    scene_listen(&scene);
    scene_connect(&scene);
    run_until(&scene, &scene.statuses, 1);
    assert_int_equal(scene.status.version, 7);
    assert_int_equal(scene.status.phase, ROLLOUT_WATCHING);
    assert_null(strchr(scene.status.reason, '\x1b'));
    publish(&scene, 8);
    run_until(&scene, &scene.statuses, 2);
    assert_int_equal(scene.status.version, 8);
    scene_clear(&scene);
}

static void an_order_given_before_the_line_is_open_is_answered(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene);
    scene_listen(&scene);
    scene_connect(&scene);
    const struct rollout_order order = {
        .kind = ROLLOUT_ORDER_HOLD,
        .expected_version = 7,
        .who = "ann",
        .reason = "looks odd"};
    uint64_t number = rollout_link_order(scene.link, &order);
    assert_int_not_equal(number, 0);
    run_until(&scene, &scene.answers, 1);
    assert_int_equal(scene.heard.kind, ROLLOUT_ORDER_HOLD);
    assert_string_equal(scene.heard.reason, "looks odd");
    assert_int_equal(scene.answer.number, number);
    assert_true(scene.answer.accepted);
    assert_string_equal(scene.answer.words, "held at 5 %");
    assert_int_equal(scene.missed.code, ERROR_NONE);
    assert_int_equal(scene.answers, 1); /* not the one that was another's */
    scene_clear(&scene);
}

static void an_order_that_nobody_answers_is_known_as_such(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene);
    scene.silent = true;
    scene_listen(&scene);
    scene_connect(&scene);
    run_until(&scene, &scene.statuses, 1);
    const struct rollout_order order = {.kind = ROLLOUT_ORDER_ABORT};
    uint64_t number = rollout_link_order(scene.link, &order);
    run_until(&scene, &scene.answers, 1);
    assert_int_equal(scene.missed.code, ERROR_TIMEOUT);
    assert_int_equal(scene.answer.number, number);
    assert_false(scene.answer.accepted);

    rollout_link_order(scene.link, &order);
    stream_free(scene.peer);
    scene.peer = NULL;
    run_until(&scene, &scene.ends, 1);
    assert_int_equal(scene.answers, 2);
    assert_int_equal(scene.missed.code, ERROR_LOST);
    assert_int_equal(scene.why.code, ERROR_LOST);
    assert_int_equal(rollout_link_order(scene.link, &order), 0);
    scene_clear(&scene);
}

static void no_more_orders_wait_than_may(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene);
    scene.silent = true;
    scene_listen(&scene);
    scene_connect(&scene);
    const struct rollout_order order = {.kind = ROLLOUT_ORDER_HOLD};
    for (unsigned i = 0; i < ROLLOUT_LINK_ORDERS_MAX; i++) {
        assert_int_equal(rollout_link_order(scene.link, &order), i + 1);
    }
    assert_int_equal(rollout_link_order(scene.link, &order), 0);
    scene_clear(&scene);
}

static void without_a_controller_it_says_so(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene);
    scene_connect(&scene);
    run_until(&scene, &scene.ends, 1);
    assert_int_equal(scene.why.code, ERROR_CONNECT);
    assert_int_equal(scene.statuses, 0);
    scene_clear(&scene);
}

static void one_that_falls_silent_is_taken_for_gone(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene);
    scene_listen(&scene);
    scene_connect(&scene);
    run_until(&scene, &scene.ends, 1);
    assert_int_equal(scene.why.code, ERROR_TIMEOUT);
    assert_int_equal(scene.statuses, 1);
    scene_clear(&scene);
}

static void nonsense_ends_the_line(void **state) {
    struct scene scene;
    static const char nonsense[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    (void)state;
    scene_init(&scene);
    scene_listen(&scene);
    scene_connect(&scene);
    run_until(&scene, &scene.statuses, 1);
    stream_write(scene.peer, (struct slice){nonsense, sizeof nonsense - 1});
    run_until(&scene, &scene.ends, 1);
    assert_non_null(strstr(scene.why.message, "not understood"));
    scene_clear(&scene);
}

/* The owner may free the line wherever it hears something. */
static void the_owner_may_leave_in_every_callback(void **state) {
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        struct scene scene;
        scene_init(&scene);
        if (round > 0) scene_listen(&scene);
        scene_connect(&scene);
        scene.leaves = round != 2;
        if (round == 0) run_until(&scene, &scene.ends, 1);
        if (round > 0) run_until(&scene, &scene.statuses, 1);
        if (round == 2) {
            const struct rollout_order order = {.kind = ROLLOUT_ORDER_HOLD};
            scene.leaves = true;
            rollout_link_order(scene.link, &order);
            run_until(&scene, &scene.answers, 1);
        }
        assert_null(scene.link);
        scene_clear(&scene);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_is_heard_and_safe_to_show),
        cmocka_unit_test(an_order_given_before_the_line_is_open_is_answered),
        cmocka_unit_test(an_order_that_nobody_answers_is_known_as_such),
        cmocka_unit_test(no_more_orders_wait_than_may),
        cmocka_unit_test(without_a_controller_it_says_so),
        cmocka_unit_test(one_that_falls_silent_is_taken_for_gone),
        cmocka_unit_test(nonsense_ends_the_line),
        cmocka_unit_test(the_owner_may_leave_in_every_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
