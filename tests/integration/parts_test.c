/* The probes of processes, the traffic split
 * and a controller, against the real thing. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/event.h"
#include "engine.h"
#include "io/haproxy.h"
#include "io/haproxy_reply.h"
#include "io/http.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"
#include "probes/probe.h"
#include "support/service.h"
#include "support/test_folder.h"
#include "support/test_haproxy.h"
#include "support/test_process.h"
#include "support/world.h"

static void a_process_is_watched_by_its_pid_file(void **state) {
    (void)state;
    static const char *const args[] = {"sleep", "60", NULL};
    struct test_folder folder;
    struct test_process child;
    struct world world;
    char pid[32];
    test_folder_init(&folder);
    test_process_start(&child, args, NULL);
    snprintf(pid, sizeof pid, "%d\n", (int)child.pid);
    test_folder_write(&folder, "worker-1.pid", pid);
    world_init(&world);
    struct target_process *process = &world.target->processes[0];
    world.target->process_count = 1;
    process->track = STATE_TRACK_NONE;
    text_copy_cut(process->name, sizeof process->name, "worker-1");
    test_folder_path(&folder, "worker-1.pid", process->pid_file);
    world_watch(&world);
    world_wait_part(&world, PART_PROCESS, "worker-1", PART_OK);
    const struct part *part = world_part(&world, PART_PROCESS, "worker-1");
    assert_non_null(strstr(part->detail, "files"));

    kill(child.pid, SIGSTOP);
    world_wait_part(&world, PART_PROCESS, "worker-1", PART_BAD);
    kill(child.pid, SIGCONT);
    world_wait_part(&world, PART_PROCESS, "worker-1", PART_OK);
    test_process_kill(&child);
    uint64_t died_ns = loop_clock_ns();
    world_wait_part(&world, PART_PROCESS, "worker-1", PART_BAD);
    assert_true(loop_clock_ns() - died_ns < 2 * world.target->poll_health_ns);
    part = world_part(&world, PART_PROCESS, "worker-1");
    assert_non_null(strstr(part->detail, "is gone"));
    test_folder_write(&folder, "worker-1.pid", "none\n");
    world_run(&world, 400 * NS_PER_MS);
    part = world_part(&world, PART_PROCESS, "worker-1");
    assert_string_equal(part->detail, "its pid file: no pid in its file");
    world_clear(&world);
    test_folder_clear(&folder);
}

static bool is_shown(const struct world *world, const void *what) {
    const struct part *part =
        state_part(&world->model->state, PART_PROCESS, "worker-3");
    return *(const bool *)what == (part != NULL);
}

static void an_optional_process_is_missed_only_when_it_died(void **state) {
    (void)state;
    static const char *const args[] = {"sleep", "60", NULL};
    static const bool yes = true, no = false;
    struct test_folder folder;
    struct test_process child;
    struct world world;
    char pid[32];
    test_folder_init(&folder);
    world_init(&world);
    struct target_process *process = &world.target->processes[0];
    world.target->process_count = 1;
    process->track = STATE_TRACK_NONE;
    process->optional = true;
    text_copy_cut(process->name, sizeof process->name, "worker-3");
    test_folder_path(&folder, "worker-3.pid", process->pid_file);
    world_watch(&world);
    world_run(&world, 400 * NS_PER_MS);
    assert_true(is_shown(&world, &no));

    test_process_start(&child, args, NULL);
    snprintf(pid, sizeof pid, "%d\n", (int)child.pid);
    test_folder_write(&folder, "worker-3.pid", pid);
    world_wait_part(&world, PART_PROCESS, "worker-3", PART_OK);
    test_process_kill(&child);
    uint64_t died_ns = loop_clock_ns();
    world_wait_part(&world, PART_PROCESS, "worker-3", PART_BAD);
    assert_true(loop_clock_ns() - died_ns < 2 * world.target->poll_health_ns);
    world_run(&world, 400 * NS_PER_MS);
    assert_true(is_shown(&world, &yes));
    unlink(process->pid_file);
    assert_true(world_wait(&world, is_shown, &no));
    world_clear(&world);
    test_folder_clear(&folder);
}

static bool split_is_known(const struct world *world, const void *what) {
    const float *wanted = what;
    const struct split *split = &world->model->state.split;
    return split->known && fabsf(split->wanted - *wanted) < 1e-4F;
}

static void ignore_result(void *owner, const struct haproxy_result *result) {
    (void)owner;
    (void)result;
}

static void ignore_reply(void *owner, const struct http_reply *reply) {
    (void)owner;
    (void)reply;
}

static void send_users(struct http *http, uint16_t port) {
    for (int i = 0; i < 60; i++) {
        char url[64];
        char user[16];
        snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
        snprintf(user, sizeof user, "user-%d", i);
        const struct http_header header = {"X-User-Id", user};
        const struct http_request request = {
            .url = url,
            .headers = &header,
            .header_count = 1,
            .timeout_ns = 5 * NS_PER_S,
        };
        http_start(http, &request, ignore_reply, NULL);
    }
}

static bool both_are_seen(const struct world *world, const void *what) {
    (void)what;
    const struct split *split = &world->model->state.split;
    return split->known && split->seen > 0 && split->seen < 1;
}

static void use_haproxy(struct world *world, const struct test_haproxy *haproxy) {
    struct target_split *split = &world->target->split;
    text_copy_cut(split->socket, sizeof split->socket, haproxy->socket);
    text_copy_cut(split->table, sizeof split->table, "canary_lease");
    text_copy_cut(split->stable, sizeof split->stable, "stable");
    text_copy_cut(split->canary, sizeof split->canary, "canary");
}

static void lease_a_quarter(struct world *world, const struct test_haproxy *haproxy) {
    const float quarter = 0.25F;
    char words[128];
    struct text command = TEXT_IN(words);
    haproxy_table_set(&command, "canary_lease", 1, 2500);
    struct haproxy *writer = haproxy_new(world->loop, haproxy->socket, HAPROXY_MAY_ACT);
    haproxy_command(writer, words, NS_PER_S, ignore_result, NULL);
    assert_true(world_wait(world, split_is_known, &quarter));
    haproxy_free(writer);
}

static void watch_split(struct world *world, struct test_haproxy *haproxy) {
    const float none = 0;
    assert_true(world_wait(world, split_is_known, &none));
    world_wait_part(world, PART_SPLIT, "haproxy", PART_DEGRADED); /* no lease */
    lease_a_quarter(world, haproxy);
    assert_true(world->model->state.split.lease_ms > 0);
    world_wait_part(world, PART_SPLIT, "haproxy", PART_OK);
    assert_non_null(
        strstr(world_part(world, PART_SPLIT, "haproxy")->detail, "25.0% wanted"));

    struct http *http = http_new(world->loop, HTTP_READ_ONLY);
    send_users(http, haproxy->port);
    assert_true(world_wait(world, both_are_seen, NULL));
    http_free(http);

    test_haproxy_kill(haproxy);
    world_wait_part(world, PART_SPLIT, "haproxy", PART_SILENT);
    assert_false(world->model->state.split.known);
    test_haproxy_restart(haproxy);
    world_wait_part(world, PART_SPLIT, "haproxy", PART_DEGRADED);
}

static void traffic_split_is_read(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *stable = service_new(world.loop, 0);
    struct service *canary = service_new(world.loop, 0);
    service_answer(stable, "/health", 200, "text/plain", "ok");
    service_answer(canary, "/health", 200, "text/plain", "ok");
    char sections[2048];
    struct test_haproxy haproxy;
    test_haproxy_lease_sections(
        sections, sizeof sections, "5s", service_port(stable), service_port(canary));
    test_haproxy_start(&haproxy, sections);
    use_haproxy(&world, &haproxy);
    world_watch(&world);
    watch_split(&world, &haproxy);
    service_free(stable);
    service_free(canary);
    world_clear(&world);
    test_haproxy_stop(&haproxy);
}

struct controller {
    struct listener *listener;
    struct stream *stream;
    const char *bytes;
    size_t length;
};

static void on_controller_end(void *owner, const struct error *why) {
    (void)why;
    struct controller *controller = owner;
    stream_free(controller->stream);
    controller->stream = NULL;
}

static void on_accept(void *owner, struct stream *stream) {
    static const struct stream_handlers handlers = {.on_end = on_controller_end};
    struct controller *controller = owner;
    if (controller->stream) stream_free(controller->stream);
    controller->stream = stream;
    stream_attend(stream, &handlers, controller);
    stream_write(stream, (struct slice){controller->bytes, controller->length});
}

static bool rollout_is_known(const struct world *world, const void *what) {
    (void)what;
    return world->model->state.rollout.known;
}

static void what_a_controller_publishes_is_shown(void **state) {
    (void)state;
    struct test_folder folder;
    struct world world;
    test_folder_init(&folder);
    world_init(&world);
    test_folder_path(&folder, "rollout.sock", world.target->rollout_socket);
    world_watch(&world);
    world_wait_part(&world, PART_ROLLOUT, "rollout", PART_OK); /* none under way */

    uint8_t bytes[4096];
    struct event event = {.kind = EVENT_ROLLOUT, .sequence = 1};
    event.rollout = (struct rollout_status){
        .known = true,
        .phase = ROLLOUT_HOLD,
        .reason = "holding \x1b[2J",
        .holder = "deploy",
        .step = 2,
        .steps = 4,
        .wanted_bp = 2500};
    struct controller controller = {.bytes = (const char *)bytes};
    controller.length = event_encode(&event, bytes, sizeof bytes);
    assert_true(controller.length > 0);
    const struct listener_options options = {.path = world.target->rollout_socket};
    struct error err;
    controller.listener =
        listener_new(world.loop, &options, on_accept, &controller, &err);
    assert_non_null(controller.listener);
    assert_true(world_wait(&world, rollout_is_known, NULL));
    const struct rollout_status *rollout = &world.model->state.rollout;
    assert_int_equal(rollout->step, 2);
    assert_string_equal(rollout->holder, "deploy");
    assert_null(strchr(rollout->reason, '\x1b'));
    world_wait_part(&world, PART_ROLLOUT, "rollout", PART_OK);

    memset(bytes, 0xFF, controller.length); /* the next connection gets nonsense */
    if (controller.stream) stream_free(controller.stream);
    controller.stream = NULL;
    world_wait_part(&world, PART_ROLLOUT, "rollout", PART_BAD);
    assert_false(world.model->state.rollout.known);

    event_encode(&event, bytes, sizeof bytes);
    assert_true(world_wait(&world, rollout_is_known, NULL));
    listener_free(controller.listener);
    if (controller.stream) stream_free(controller.stream);
    world_wait_part(&world, PART_ROLLOUT, "rollout", PART_SILENT);
    world_clear(&world);
    test_folder_clear(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_is_watched_by_its_pid_file),
        cmocka_unit_test(an_optional_process_is_missed_only_when_it_died),
        cmocka_unit_test(traffic_split_is_read),
        cmocka_unit_test(what_a_controller_publishes_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
