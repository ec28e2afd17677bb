/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/service.h"
#include "support/test_process.h"
#include "support/world.h"

enum { NAME_SIZE = STATE_NAME_SIZE };

static const char health[] = "{\"status\":\"healthy\",\"version\":\"v1.5.0\","
                             "\"checks\":{\"redis\":\"ok\",\"model\":\"ok\"}}";

/* Ten requests between two scrapes, one of them a failure, all between 1 and 2 s. */
static void metrics(uint32_t count, char *body, size_t size) {
    unsigned n = count * 10;
    snprintf(
        body, size,
        "# TYPE agent_requests_total counter\n"
        "agent_requests_total{status=\"success\"} %u\n"
        "agent_requests_total{status=\"error\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"1\"} 0\n"
        "agent_request_duration_seconds_bucket{le=\"2\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"+Inf\"} %u\n"
        "agent_request_duration_seconds_count %u\n"
        "agent_requests_active 3\n"
        "process_start_time_seconds 1700000000\n",
        count * 9, count, n, n, n);
}

static void serve_agent(struct service *service) {
    service_answer(service, "/health", 200, "application/json", health);
    service_answer(service, "/health/ready", 200, "application/json", health);
    service_answer_with(service, "/metrics", "text/plain; version=0.0.4", metrics);
    service_answer(
        service, "/errors", 200, "application/json",
        "{\"version\":\"v1.5.0\",\"total\":3,\"errors\":["
        "{\"time_ms\":1795335795898,\"kind\":\"timeout\",\"route\":\"/chat\","
        "\"request_id\":\"r-3\",\"message\":\"too \\u001b[31mlate\"},"
        "{\"time_ms\":1795335795897,\"kind\":\"timeout\",\"route\":\"/chat\","
        "\"request_id\":\"r-2\",\"message\":\"late\"},"
        "{\"time_ms\":1795335795890,\"kind\":\"tool\",\"route\":\"/chat\","
        "\"request_id\":\"r-1\",\"message\":\"no\"}]}");
}

static void add_instance(
    struct world *world, enum track track, const struct service *service) {
    struct target_track *to = &world->target->tracks[track];
    service_url(service, to->urls[to->url_count++], TARGET_URL_SIZE);
}

static void name_of(
    const struct service *service, const char *track, char name[NAME_SIZE]) {
    snprintf(name, NAME_SIZE, "%s127.0.0.1:%u", track, service_port(service));
}

static bool has_percentiles(const struct world *world, const void *what) {
    (void)what;
    return !isnan(world->model->state.values[TRACK_STABLE][METRIC_P95]) &&
           world->model->state.error_count > 0;
}

static void a_healthy_service_is_seen_whole(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    serve_agent(service);
    service_keep_header(service, "Authorization");
    text_copy_cut(world.target->headers[0].name, 64, "Authorization");
    text_copy_cut(world.target->headers[0].value, 64, "Bearer sesame");
    world.target->header_count = 1;
    add_instance(&world, TRACK_STABLE, service);
    world_watch(&world);
    char name[NAME_SIZE];
    name_of(service, "stable ", name);
    assert_true(world_wait(&world, has_percentiles, NULL));
    world_wait_part(&world, PART_HEALTH, name, PART_OK);
    world_wait_part(&world, PART_READY, name, PART_OK);
    world_wait_part(&world, PART_METRICS, name, PART_OK);
    world_wait_part(&world, PART_ERRORS, name, PART_OK);

    const struct state *seen = &world.model->state;
    const float *values = seen->values[TRACK_STABLE];
    assert_string_equal(seen->target, "test");
    assert_string_equal(seen->version[TRACK_STABLE], "v1.5.0");
    assert_int_equal(seen->instances[TRACK_STABLE], 1);
    assert_true(fabs((double)values[METRIC_ERROR_RATIO] - 0.1) < 1e-3);
    assert_true(fabs((double)values[METRIC_P50] - 1500) < 1);
    assert_true(fabs((double)values[METRIC_IN_FLIGHT] - 3) < 1e-3);
    assert_true(values[METRIC_RPS] > 0); /* how many hangs on when it is asked */
    assert_true(values[METRIC_HEALTH] > 0);
    assert_true(isnan(values[METRIC_COST]));
    assert_int_equal(seen->error_count, 2);
    assert_string_equal(seen->errors[0].kind, "timeout");
    assert_int_equal(seen->errors[0].count, 2);
    assert_string_equal(seen->errors[0].request_id, "r-3");
    assert_null(strchr(seen->errors[0].message, '\x1b'));
    assert_string_equal(service_last_header(service), "Bearer sesame");
    assert_false(service_was_written_to(service));
    service_free(service);
    world_clear(&world);
}

static bool has_counted(const struct world *world, const void *what) {
    const struct state *seen = &world->model->state;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < seen->error_count; i++) sum += seen->errors[i].count;
    return sum == *(const uint64_t *)what;
}

/* The list shows the last ones only: the table shows all that there were. */
static void errors_are_counted_and_their_kinds_stay(void **state) {
    (void)state;
    static const char *const bodies[] = {
        "{\"errors\":[{\"time_ms\":1795335795897,\"kind\":\"tool\",\"request_id\":"
        "\"a\"}]}",
        "{\"errors\":[{\"time_ms\":1795335795899,\"kind\":\"late\",\"request_id\":"
        "\"c\"},"
        "{\"time_ms\":1795335795898,\"kind\":\"late\",\"request_id\":\"b\"}]}",
        "{\"errors\":[{\"time_ms\":1795335795900,\"kind\":\"late\",\"request_id\":"
        "\"d\"},"
        "{\"time_ms\":1795335795899,\"kind\":\"late\",\"request_id\":\"c\"}]}",
        "{\"errors\":[],\"counts\":[{\"kind\":\"new\",\"count\":2000}]}",
    };
    static const uint64_t sums[] = {1, 3, 4, 2004};
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    serve_agent(service);
    add_instance(&world, TRACK_STABLE, service);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        service_answer(service, "/errors", 200, "application/json", bodies[i]);
        if (i == 0) world_watch(&world);
        assert_true(world_wait(&world, has_counted, &sums[i]));
    }
    const struct state *seen = &world.model->state;
    assert_int_equal(seen->error_count, 3);
    for (uint32_t i = 0; i < seen->error_count; i++) {
        assert_string_equal(seen->errors[i].version, "v1.5.0");
    }
    service_free(service);
    world_clear(&world);
}

static void a_dead_instance_is_named_within_two_polls_and_comes_back(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *stable = service_new(world.loop, 0);
    struct service *canary = service_new(world.loop, 0);
    serve_agent(stable);
    serve_agent(canary);
    add_instance(&world, TRACK_STABLE, stable);
    add_instance(&world, TRACK_CANARY, canary);
    world_watch(&world);
    char stable_name[NAME_SIZE];
    char name[NAME_SIZE];
    name_of(stable, "stable ", stable_name);
    name_of(canary, "canary ", name);
    world_wait_part(&world, PART_HEALTH, name, PART_OK);
    world_wait_part(&world, PART_METRICS, name, PART_OK);

    uint16_t port = service_port(canary);
    service_free(canary);
    uint64_t died_ns = loop_clock_ns();
    world_wait_part(&world, PART_HEALTH, name, PART_SILENT);
    assert_true(loop_clock_ns() - died_ns < 2 * world.target->poll_health_ns);
    world_wait_part(&world, PART_METRICS, name, PART_SILENT);
    const struct note *note = state_note(&world.model->state, 0);
    assert_non_null(strstr(note->words, name));
    assert_int_equal(note->level, NOTE_BAD);
    assert_int_equal(world_part(&world, PART_HEALTH, stable_name)->status, PART_OK);

    canary = service_new(world.loop, port);
    serve_agent(canary);
    world_wait_part(&world, PART_HEALTH, name, PART_OK);
    world_wait_part(&world, PART_METRICS, name, PART_OK);
    service_free(stable);
    service_free(canary);
    world_clear(&world);
}

static bool has_queue_depth(const struct world *world, const void *what) {
    (void)what;
    return !isnan(world->model->state.values[0][METRIC_QUEUE_WAITING]);
}

static void a_bare_url_misses_nothing_that_is_not_there(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    service_answer(service, "/health", 200, "text/plain", "fine");
    service_answer(
        service, "/metrics", 200, "application/json",
        "{\"queue_depth\": 7, \"requests\": {\"total\": 5}}");
    char url[TARGET_URL_SIZE];
    char name[NAME_SIZE];
    struct error err;
    service_url(service, url, sizeof url);
    name_of(service, "", name);
    assert_true(target_from_url(world.target, url, &err));
    world_watch(&world);
    world_wait_part(&world, PART_HEALTH, name, PART_OK);
    world_wait_part(&world, PART_METRICS, name, PART_OK);
    assert_true(world_wait(&world, has_queue_depth, NULL));
    assert_int_equal((int)world.model->state.values[0][METRIC_QUEUE_WAITING], 7);
    world_run(&world, 300 * NS_PER_MS);
    assert_null(state_part(&world.model->state, PART_READY, name));
    assert_null(state_part(&world.model->state, PART_ERRORS, name));
    service_free(service);
    world_clear(&world);
}

static void a_bare_url_misses_what_was_there(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    service_answer(service, "/health", 200, "text/plain", "fine");
    char url[TARGET_URL_SIZE];
    char name[NAME_SIZE];
    struct error err;
    service_url(service, url, sizeof url);
    name_of(service, "", name);
    assert_true(target_from_url(world.target, url, &err));
    world_watch(&world);
    world_wait_part(&world, PART_HEALTH, name, PART_OK);
    service_answer(service, "/health", 404, "text/plain", "");
    world_wait_part(&world, PART_HEALTH, name, PART_BAD);
    assert_string_equal(
        world_part(&world, PART_HEALTH, name)->detail, "HTTP 404: no such path");
    service_answer(service, "/health", 200, "text/plain", "fine");
    world_wait_part(&world, PART_HEALTH, name, PART_OK);
    service_free(service);
    world_clear(&world);
}

static void bad_answers_are_bad_and_say_why(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    service_answer(
        service, "/health", 503, "application/json",
        "{\"status\":\"unavailable\",\"checks\":{\"redis\":\"ok\","
        "\"model\":\"down: connection refused\"}}");
    service_answer(service, "/metrics", 200, "text/html", "<html>\n<p>hello\n");
    service_answer(service, "/errors", 200, "application/json", "[1, {\"kind\"");
    add_instance(&world, TRACK_STABLE, service);
    world_watch(&world);
    char name[NAME_SIZE];
    name_of(service, "stable ", name);
    world_wait_part(&world, PART_HEALTH, name, PART_BAD);
    assert_string_equal(
        world_part(&world, PART_HEALTH, name)->detail,
        "HTTP 503: unavailable: model down: connection refused");
    world_wait_part(&world, PART_METRICS, name, PART_BAD);
    assert_string_equal(
        world_part(&world, PART_METRICS, name)->detail,
        "no metrics: 2 lines cannot be read");
    world_wait_part(&world, PART_ERRORS, name, PART_BAD);
    service_free(service);
    world_clear(&world);
}

static void degraded(uint32_t count, char *body, size_t size) {
    (void)count;
    text_copy_cut(
        body, size, "{\"status\":\"degraded\",\"checks\":{\"cache\":{\"ok\":false}}}");
}

static void a_degraded_service_is_neither_good_nor_bad(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    service_answer_with(service, "/health", "application/json", degraded);
    add_instance(&world, TRACK_STABLE, service);
    world_watch(&world);
    char name[NAME_SIZE];
    name_of(service, "stable ", name);
    world_wait_part(&world, PART_HEALTH, name, PART_DEGRADED);
    assert_string_equal(
        world_part(&world, PART_HEALTH, name)->detail, "degraded: cache");
    service_free(service);
    world_clear(&world);
}

/* Two processes take turns. */
static void alternating(uint32_t count, char *body, size_t size) {
    bool first = count % 2 == 0;
    snprintf(
        body, size, "process_start_time_seconds %d\nagent_requests_total %u\n",
        first ? 1000 : 2000, (first ? 500U : 90U) + count);
}

static bool is_mixed(const struct world *world, const void *what) {
    (void)what;
    return world->model->state.mixed[TRACK_STABLE];
}

static void several_processes_behind_one_url_are_said(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    service_answer(service, "/health", 200, "application/json", health);
    service_answer_with(service, "/metrics", "text/plain", alternating);
    add_instance(&world, TRACK_STABLE, service);
    world_watch(&world);
    char name[NAME_SIZE];
    name_of(service, "stable ", name);
    assert_true(world_wait(&world, is_mixed, NULL));
    world_wait_part(&world, PART_METRICS, name, PART_DEGRADED);
    assert_true(isnan(world.model->state.values[TRACK_STABLE][METRIC_RPS]));
    service_free(service);
    world_clear(&world);
}

static void instances_behind_a_name_are_found(void **state) {
    (void)state;
    struct world world;
    world_init(&world);
    struct service *service = service_new(world.loop, 0);
    serve_agent(service);
    snprintf(
        world.target->tracks[TRACK_STABLE].dns, TARGET_URL_SIZE, "http://localhost:%u",
        service_port(service));
    world_watch(&world);
    char name[NAME_SIZE];
    name_of(service, "stable ", name);
    world_wait_part(&world, PART_HEALTH, name, PART_OK);
    world_wait_part(&world, PART_METRICS, name, PART_OK);
    assert_true(world.model->state.instances[TRACK_STABLE] >= 1);
    snprintf(name, sizeof name, "stable dns localhost:%u", service_port(service));
    assert_null(state_part(&world.model->state, PART_HEALTH, name));
    service_free(service);
    world_clear(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_service_is_seen_whole),
        cmocka_unit_test(errors_are_counted_and_their_kinds_stay),
        cmocka_unit_test(a_dead_instance_is_named_within_two_polls_and_comes_back),
        cmocka_unit_test(a_bare_url_misses_nothing_that_is_not_there),
        cmocka_unit_test(a_bare_url_misses_what_was_there),
        cmocka_unit_test(bad_answers_are_bad_and_say_why),
        cmocka_unit_test(a_degraded_service_is_neither_good_nor_bad),
        cmocka_unit_test(several_processes_behind_one_url_are_said),
        cmocka_unit_test(instances_behind_a_name_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
