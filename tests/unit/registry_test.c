/* SPDX-License-Identifier: MIT */
#include "agent/registry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/self.h"

enum { PAGE_MAX = 1024 * 1024 };

static int set_up(void **state) {
    *state = registry_new();
    return 0;
}

static int tear_down(void **state) {
    registry_free(*state);
    return 0;
}

static const char *page(const struct registry *registry) {
    static struct buffer buffer = {.limit = PAGE_MAX};
    buffer_reset(&buffer);
    if (registry) registry_write(registry, "", &buffer);
    if (registry) return buffer_string(&buffer);
    buffer_clear(&buffer);
    return "";
}

static void assert_shows(const struct registry *registry, const char *line) {
    const char *text = page(registry);
    const char *found = strstr(text, line);
    if (!found) {
        fail_msg("not in the page: %s\n%s", line, text);
        return;
    }
    assert_true(found == text || found[-1] == '\n');
    assert_int_equal(found[strlen(line)], '\n');
}

static void registry_shows_nothing_before_anything_is_known(void **state) {
    assert_string_equal(page(*state), "");
}

static void registry_counts_by_labels(void **state) {
    struct registry *registry = *state;
    registry_count(registry, FAMILY_REQUESTS, "success", NULL, 1);
    registry_count(registry, FAMILY_REQUESTS, "success", NULL, 2);
    registry_count(registry, FAMILY_REQUESTS, "error", NULL, 0);
    registry_count(registry, FAMILY_TOKENS, "claude-x", "input", 0.5);
    assert_shows(registry, "# TYPE agent_requests_total counter");
    assert_shows(registry, "agent_requests_total{status=\"success\"} 3");
    assert_shows(registry, "agent_requests_total{status=\"error\"} 0");
    assert_shows(
        registry, "llm_tokens_total{model=\"claude-x\",token_type=\"input\"} 0.5");
}

static void registry_forgets_a_gauge_that_is_not_known_any_more(void **state) {
    struct registry *registry = *state;
    registry_set(registry, FAMILY_QUEUE_DEPTH, "5", NULL, 7);
    registry_set(registry, FAMILY_QUEUE_DEPTH, "5", NULL, 3);
    assert_shows(registry, "queue_depth{priority=\"5\"} 3");
    registry_unset(registry, FAMILY_QUEUE_DEPTH);
    assert_null(strstr(page(registry), "queue_depth"));
}

static void registry_writes_a_cumulative_histogram(void **state) {
    struct registry *registry = *state;
    registry_observe(registry, FAMILY_DURATION, "success", NULL, 0.1);
    registry_observe(registry, FAMILY_DURATION, "success", NULL, 0.45);
    registry_observe(registry, FAMILY_DURATION, "success", NULL, 500);
    assert_shows(
        registry,
        "agent_request_duration_seconds_bucket{status=\"success\",le=\"0.075\"} 0");
    assert_shows(
        registry,
        "agent_request_duration_seconds_bucket{status=\"success\",le=\"0.1\"} 1");
    assert_shows(
        registry,
        "agent_request_duration_seconds_bucket{status=\"success\",le=\"0.5\"} 2");
    assert_shows(
        registry,
        "agent_request_duration_seconds_bucket{status=\"success\",le=\"120\"} 2");
    assert_shows(
        registry,
        "agent_request_duration_seconds_bucket{status=\"success\",le=\"+Inf\"} 3");
    assert_shows(
        registry, "agent_request_duration_seconds_sum{status=\"success\"} 500.55");
    assert_shows(
        registry, "agent_request_duration_seconds_count{status=\"success\"} 3");

    registry_observe(registry, FAMILY_QUEUE_WAIT, NULL, NULL, 1);
    assert_shows(registry, "queue_wait_seconds_bucket{le=\"+Inf\"} 1");
    assert_shows(registry, "queue_wait_seconds_count 1");
}

static void registry_escapes_what_a_label_may_hold(void **state) {
    struct registry *registry = *state;
    registry_count(registry, FAMILY_STOPS, "a\"b\\c\nd", "m", 1);
    assert_shows(registry, "llm_stop_total{model=\"a\\\"b\\\\c\\nd\",reason=\"m\"} 1");
}

static void registry_bounds_the_series_of_a_family(void **state) {
    struct registry *registry = *state;
    for (int i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "kind%d", i);
        registry_count(registry, FAMILY_ERRORS, name, NULL, 1);
    }
    assert_shows(registry, "agent_errors_total{error_type=\"other\"} 937");
    size_t lines = 0;
    for (const char *at = page(registry); (at = strchr(at, '\n')); at++) lines++;
    assert_int_equal(lines, REGISTRY_SERIES_MAX + 2);
}

static void registry_writes_numbers_without_loss(void **state) {
    (void)state;
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        {0, "0"},
        {5, "5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e21, "1e+21"},
        {-2, "-2"},
        {1234567890123, "1234567890123"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer buffer = {.limit = 64};
        registry_write_number(&buffer, rows[i].number);
        assert_string_equal(buffer_string(&buffer), rows[i].text);
        buffer_clear(&buffer);
    }
    struct buffer buffer = {.limit = 64};
    registry_write_number(&buffer, (double)NAN);
    registry_write_number(&buffer, (double)INFINITY);
    registry_write_number(&buffer, -(double)INFINITY);
    assert_string_equal(buffer_string(&buffer), "NaN+Inf-Inf");
    buffer_clear(&buffer);
}

static const char *lines_of(struct registry *registry, bool all) {
    static struct buffer lines = {.limit = PAGE_MAX};
    buffer_reset(&lines);
    if (registry) registry_write_counters(registry, all, &lines);
    if (registry) return buffer_string(&lines);
    buffer_clear(&lines);
    return "";
}

static void registry_tells_counters_that_have_changed(void **state) {
    struct registry *registry = *state;
    registry_count(registry, FAMILY_STOPS, "m", "end_turn", 2);
    registry_count(registry, FAMILY_ERRORS, "timeout", NULL, 0);
    registry_set(registry, FAMILY_ACTIVE, NULL, NULL, 3);
    registry_observe(registry, FAMILY_QUEUE_WAIT, NULL, NULL, 1);
    static const char stop[] = "llm_stop_total{model=\"m\",reason=\"end_turn\"} 2\n";
    assert_string_equal(lines_of(registry, false), stop);
    assert_string_equal(lines_of(registry, false), "");
    registry_count(registry, FAMILY_QUEUE_ENQUEUED, NULL, NULL, 1);
    assert_string_equal(lines_of(registry, false), "queue_enqueued_total 1\n");
    registry_count(registry, FAMILY_ERRORS, "timeout", NULL, 0.5);
    const char *all = lines_of(registry, true);
    assert_non_null(strstr(all, stop));
    assert_non_null(strstr(all, "queue_enqueued_total 1\n"));
    assert_non_null(strstr(all, "agent_errors_total{error_type=\"timeout\"} 0.5\n"));
    lines_of(NULL, false);
}

static void registry_takes_counters_as_it_tells_them(void **state) {
    struct registry *registry = *state;
    static const struct {
        const char *series;
        bool good;
    } rows[] = {
        {"queue_enqueued_total", true},
        {"agent_errors_total{error_type=\"a\\\"b\\\\c\\nd\"}", true},
        {"llm_stop_total{model=\"m\",reason=\"\"}", true},
        {"", false},
        {"nonsense_total", false},
        {"agent_requests_active", false},
        {"queue_wait_seconds", false},
        {"queue_enqueued_total{}", false},
        {"queue_enqueued_total{a=\"b\"}", false},
        {"agent_errors_total", false},
        {"agent_errors_total{kind=\"a\"}", false},
        {"agent_errors_total{error_type=\"a\"", false},
        {"agent_errors_total{error_type=\"a", false},
        {"agent_errors_total{error_type=\"a\\", false},
        {"agent_errors_total{error_type=\"a\"} ", false},
        {"llm_stop_total{model=\"m\"}", false},
        {"llm_stop_total{reason=\"r\",model=\"m\"}", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice series = slice_of(rows[i].series);
        assert_int_equal(registry_set_counter(registry, series, 7), rows[i].good);
    }
    assert_false(registry_set_counter(registry, slice_of(rows[0].series), -1));
    assert_false(registry_set_counter(registry, slice_of(rows[0].series), (double)NAN));
    assert_shows(registry, "agent_errors_total{error_type=\"a\\\"b\\\\c\\nd\"} 7");
    assert_shows(registry, "llm_stop_total{model=\"m\",reason=\"\"} 7");

    char longest[200] = "agent_errors_total{error_type=\"";
    size_t length = strlen(longest);
    memset(longest + length, 'x', REGISTRY_LABEL_SIZE);
    memcpy(longest + length + REGISTRY_LABEL_SIZE, "\"}", 3);
    assert_false(registry_set_counter(registry, slice_of(longest), 1));

    struct buffer named = {.limit = PAGE_MAX};
    registry_write(registry, "workers_", &named);
    assert_non_null(strstr(
        buffer_string(&named), "# TYPE workers_queue_enqueued_total counter\n"
                               "workers_queue_enqueued_total 7\n"));
    buffer_clear(&named);
}

static void registry_is_joined_by_what_the_kernel_counts(void **state) {
    (void)state;
    struct buffer buffer = {.limit = PAGE_MAX};
    self_write(&buffer);
    static const char *const names[] = {
        "\nprocess_resident_memory_bytes ",
        "\nprocess_virtual_memory_bytes ",
        "\nprocess_cpu_seconds_total ",
        "\nprocess_open_fds ",
        "\nprocess_max_fds ",
        "\nprocess_start_time_seconds "};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *found = strstr(buffer_string(&buffer), names[i]);
        assert_non_null(found);
        double value = 0;
        char *end = NULL;
        value = strtod(found + strlen(names[i]), &end);
        assert_int_equal(*end, '\n');
        assert_true(value >= 0);
    }
    buffer_clear(&buffer);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(registry_shows_nothing_before_anything_is_known),
        TEST(registry_counts_by_labels),
        TEST(registry_forgets_a_gauge_that_is_not_known_any_more),
        TEST(registry_writes_a_cumulative_histogram),
        TEST(registry_escapes_what_a_label_may_hold),
        TEST(registry_bounds_the_series_of_a_family),
        TEST(registry_tells_counters_that_have_changed),
        TEST(registry_takes_counters_as_it_tells_them),
        cmocka_unit_test(registry_writes_numbers_without_loss),
        cmocka_unit_test(registry_is_joined_by_what_the_kernel_counts),
    };
#undef TEST
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    page(NULL);
    return failed;
}
