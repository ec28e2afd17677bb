/* SPDX-License-Identifier: MIT */
#include "demo_traffic.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/exit_code.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/server.h"

enum { STATUS_OK = 200, STATUS_FAILED = 503 };

/* A front door that answers everything with one status, or never. */
struct door {
    struct loop *loop;
    struct server *server;
    unsigned status; /* 0: never */
    unsigned asked, enough;
    struct process *process;
    struct process_exit how;
    char url[64];
};

static void on_request(void *owner, struct server_request *request) {
    struct door *door = owner;
    assert_string_equal(server_request_method(request), "POST");
    assert_string_equal(server_request_path(request), "/chat");
    assert_non_null(memmem(
        server_request_body(request).data, server_request_body(request).length,
        "\"user_id\":\"user-", 16));
    if (door->status) {
        server_answer(request, door->status, "application/json", slice_of("{}"));
    }
    if (++door->asked != door->enough) return;
    if (door->process) {
        process_signal(door->process, SIGTERM);
    } else {
        loop_stop(door->loop);
    }
}

static void on_gone(void *owner, struct server_request *request) {
    (void)owner, (void)request;
}

static void door_open(struct door *door, unsigned status, unsigned enough) {
    *door = (struct door){.loop = loop_new(), .status = status, .enough = enough};
    const struct server_options options = {.address = "127.0.0.1"};
    struct error err = {0};
    door->server = server_new(door->loop, &options, on_request, on_gone, door, &err);
    assert_non_null(door->server);
    struct text url = TEXT_IN(door->url);
    text_addf(&url, "http://127.0.0.1:%u", server_port(door->server));
}

static void door_close(struct door *door) {
    server_free(door->server);
    loop_free(door->loop);
}

static struct demo_traffic *start(struct door *door, double rps) {
    const struct demo_traffic_options options = {door->url, rps, 11};
    struct error err = {0};
    struct demo_traffic *traffic = demo_traffic_new(door->loop, &options, &err);
    assert_non_null(traffic);
    return traffic;
}

static void users_arrive_at_about_the_asked_rate(void **state) {
    (void)state;
    struct door door;
    door_open(&door, STATUS_OK, 200);
    uint64_t start_ns = loop_clock_ns();
    struct demo_traffic *traffic = start(&door, 200);
    loop_run(door.loop);
    uint64_t took_ns = loop_clock_ns() - start_ns;
    /* 200 arrivals of a Poisson process vary by 7 %; the machine may be slow. */
    assert_true(took_ns > 700 * NS_PER_MS);
    struct demo_traffic_counts counts = demo_traffic_count(traffic);
    assert_true(counts.sent >= 200 && counts.failed == 0 && counts.dropped == 0);
    demo_traffic_free(traffic);
    door_close(&door);
}

static void errors_are_counted_as_failed(void **state) {
    (void)state;
    struct door door;
    door_open(&door, STATUS_FAILED, 50);
    struct demo_traffic *traffic = start(&door, 1000);
    loop_run(door.loop);
    struct demo_traffic_counts counts = demo_traffic_count(traffic);
    assert_true(counts.failed > 0);
    assert_int_equal(counts.answered, 0);
    demo_traffic_free(traffic);
    door_close(&door);
}

struct patience {
    struct door *door;
    struct demo_traffic *traffic;
};

static void on_look(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct patience *patience = owner;
    if (demo_traffic_count(patience->traffic).dropped < 20) return;
    loop_stop(patience->door->loop);
}

static void only_so_many_are_open_at_once(void **state) {
    (void)state;
    struct door door;
    door_open(&door, 0, 0);
    struct patience patience = {&door, start(&door, 1000)};
    struct loop_timer *look = loop_every(door.loop, 5 * NS_PER_MS, on_look, &patience);
    loop_run(door.loop);
    assert_int_equal(demo_traffic_count(patience.traffic).sent, DEMO_TRAFFIC_OPEN_MAX);
    loop_timer_free(look);
    demo_traffic_free(patience.traffic);
    door_close(&door);
}

static void senseless_rates_are_refused(void **state) {
    (void)state;
    struct loop *loop = loop_new();
    const double rates[] = {0.0, -1.0, 1e9, (double)NAN};
    for (size_t i = 0; i < 4; i++) {
        const struct demo_traffic_options options = {"http://127.0.0.1:1", rates[i], 1};
        struct error err = {0};
        assert_null(demo_traffic_new(loop, &options, &err));
        assert_int_equal(err.code, ERROR_USAGE);
    }
    loop_free(loop);
}

static void on_exit_note(void *owner, const struct process_exit *how) {
    struct door *door = owner;
    door->process = NULL;
    door->how = *how;
    loop_stop(door->loop);
}

static void the_process_ends_cleanly_when_told(void **state) {
    (void)state;
    struct door door;
    door_open(&door, STATUS_OK, 5);
    const char *const args[] = {"/proc/self/exe", door.url, NULL};
    const struct process_options options = {
        .args = args, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    struct error err = {0};
    door.process = process_start(door.loop, &options, on_exit_note, &door, &err);
    assert_non_null(door.process);
    loop_run(door.loop);
    assert_int_equal(door.how.code, EXIT_CODE_OK);
    process_free(door.process);
    door_close(&door);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        struct error err;
        const struct demo_traffic_options options = {argv[1], 100, 1};
        return demo_traffic_run(&options, &err);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_arrive_at_about_the_asked_rate),
        cmocka_unit_test(errors_are_counted_as_failed),
        cmocka_unit_test(only_so_many_are_open_at_once),
        cmocka_unit_test(senseless_rates_are_refused),
        cmocka_unit_test(the_process_ends_cleanly_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
