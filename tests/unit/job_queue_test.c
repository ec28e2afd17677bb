/* SPDX-License-Identifier: MIT */
#include "agent/job_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/queue_gauges.h"
#include "agent/queue_taken.h"
#include "agent/registry.h"
#include "base/text.h"

#define ID "01M853Y8AP8SXMVVQ7XYPSRWR0"

enum { FIELDS_MAX = 32 };

static struct redis_reply text_reply(const char *string) {
    return (struct redis_reply){.kind = REDIS_STRING, .string = slice_of(string)};
}

static struct redis_reply number_reply(int64_t number) {
    return (struct redis_reply){.kind = REDIS_INTEGER, .integer = number};
}

static struct redis_reply list_reply(const struct redis_reply *items, size_t count) {
    return (struct redis_reply){.kind = REDIS_LIST, .items = items, .count = count};
}

/* A hash of a job, in the order of `names`. */
static size_t fill_job(struct redis_reply items[FIELDS_MAX]) {
    static const char *const pairs[] = {
        "id",          ID,       "request_id",   "req-1",
        "version",     "v1.5.0", "user_hash",    "0123456789abcdef",
        "user_id",     "ada",    "message",      "hello",
        "priority",    "5",      "submitted_ms", "1000",
        "deadline_ms", "601000", "name",         "Ada"};
    size_t count = sizeof pairs / sizeof pairs[0];
    for (size_t i = 0; i < count; i++) items[i] = text_reply(pairs[i]);
    return count;
}

static void job_queue_reads_a_job_that_was_taken(void **state) {
    (void)state;
    struct redis_reply fields[FIELDS_MAX];
    size_t count = fill_job(fields);
    struct redis_reply row[] = {
        number_reply(1), text_reply("7-1"), number_reply(2), text_reply("1500"),
        list_reply(fields, count)};
    struct redis_reply rows[] = {list_reply(row, 5)};
    struct redis_reply last[] = {
        text_reply("7-1"), text_reply("0-0"), text_reply("5-3")};
    struct redis_reply both[] = {list_reply(rows, 1), list_reply(last, 3)};
    struct redis_reply reply = list_reply(both, 2);

    struct queue_taken taken;
    assert_true(queue_taken_read(&taken, &reply));
    assert_int_equal(taken.count, 1);
    const struct job *job = &taken.jobs[0];
    assert_string_equal(job->id, ID);
    assert_string_equal(job->entry, "7-1");
    assert_int_equal(job->queue, PRIORITY_HIGH);
    assert_int_equal(job->deliveries, 2);
    assert_int_equal(job->taken_ms, 1500);
    assert_int_equal(job->deadline_ms, 601000);
    assert_string_equal(job->request.user_id, "ada");
    assert_string_equal(job->request.context.name, "Ada");
    assert_memory_equal(job->request.message, "hello", 5);
    assert_string_equal(taken.last[2], "5-3");
    job_clear(&taken.jobs[0]);
}

static void job_queue_leaves_out_what_is_no_job(void **state) {
    (void)state;
    struct redis_reply fields[FIELDS_MAX];
    size_t count = fill_job(fields);
    fields[1] = text_reply("../../etc/passwd");
    struct redis_reply row[] = {
        number_reply(1), text_reply("7-1"), number_reply(1), text_reply("1500"),
        list_reply(fields, count)};
    struct redis_reply outside[] = {
        number_reply(4), text_reply("7-1"), number_reply(1), text_reply("1500"),
        list_reply(fields, count)};
    struct redis_reply rows[] = {
        list_reply(row, 5), list_reply(outside, 5), number_reply(1)};
    struct redis_reply last[] = {
        text_reply("0-0"), text_reply("0-0"), text_reply("0-0")};
    struct redis_reply both[] = {list_reply(rows, 3), list_reply(last, 3)};
    struct redis_reply reply = list_reply(both, 2);
    struct queue_taken taken;
    assert_true(queue_taken_read(&taken, &reply));
    assert_int_equal(taken.count, 0);

    struct redis_reply number = number_reply(1);
    assert_false(queue_taken_read(&taken, &number));
    reply.count = 1;
    assert_false(queue_taken_read(&taken, &reply));
}

static void job_queue_names_its_keys_after_the_version(void **state) {
    (void)state;
    struct job_queue queue;
    job_queue_init(&queue, NULL, "v1.6.0");
    assert_string_equal(queue.streams[0], "q:v1.6.0:5");
    assert_string_equal(queue.streams[1], "q:v1.6.0:3");
    assert_string_equal(queue.streams[2], "q:v1.6.0:1");
    assert_string_equal(queue.dead, "q:v1.6.0:dead");
    assert_string_equal(queue.stats, "stats:v1.6.0");
}

static bool has_pair(
    const struct redis_args *args, const char *name, const char *value) {
    for (size_t i = 0; i + 1 < args->count; i++) {
        if (slice_equals(args->items[i], name) &&
            slice_equals(args->items[i + 1], value)) {
            return true;
        }
    }
    return false;
}

static void job_queue_sends_every_field_of_job_and_result(void **state) {
    (void)state;
    struct redis_reply fields[FIELDS_MAX];
    struct redis_reply list = list_reply(fields, fill_job(fields));
    struct job job;
    struct error err = {0};
    assert_true(job_read(&job, &list, &err));
    struct chat_result result = {
        .outcome = OUTCOME_SUCCESS,
        .message = "",
        .response = slice_of("hi"),
        .calls = slice_of(""),
        .usage = {.input = 10, .output = 2},
        .cost_known = true,
        .cost_usd = 0.00125};

    struct redis_args args;
    redis_args_init(&args);
    job_add_fields(&job, &args);
    job_add_result(&result, &args);
    assert_true(has_pair(&args, "id", ID));
    assert_true(has_pair(&args, "message", "hello"));
    assert_true(has_pair(&args, "priority", "5"));
    assert_true(has_pair(&args, "name", "Ada"));
    assert_false(has_pair(&args, "order_id", ""));
    assert_true(has_pair(&args, "response", "hi"));
    assert_true(has_pair(&args, "input_tokens", "10"));
    assert_true(has_pair(&args, "cost_usd", "0.00125"));

    redis_args_init(&args);
    result.cost_known = false;
    job_add_result(&result, &args);
    for (size_t i = 0; i < args.count; i++) {
        assert_false(slice_equals(args.items[i], "cost_usd"));
    }
    job_clear(&job);
}

static void job_ids_are_told_from_anything_else(void **state) {
    (void)state;
    char first[JOB_ID_SIZE];
    char second[JOB_ID_SIZE];
    struct job_ids ids = {0};
    job_new_id(&ids, first, 1795468239000);
    job_new_id(&ids, second, 1795468239001);
    assert_true(job_id_valid(first));
    assert_true(strcmp(first, second) < 0);
    assert_false(job_id_valid(""));
    assert_false(job_id_valid("01M853Y8AP8SXMVVQ7XYPSRWR"));
    assert_false(job_id_valid("01M853Y8AP8SXMVVQ7XYPSRWR00"));
    assert_false(job_id_valid("01M853Y8AP8SXMVVQ7XYPSRW*0"));
}

/* Random bytes are taken many at a time: none of them is used twice. */
static void job_ids_differ_within_one_moment(void **state) {
    (void)state;
    static char ids[4 * JOB_IDS_AHEAD][JOB_ID_SIZE];
    struct job_ids source = {0};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        job_new_id(&source, ids[i], 1795468239000);
        for (size_t k = 0; k < i; k++) assert_string_not_equal(ids[i], ids[k]);
    }
}

static void queue_gauges_show_a_snapshot_and_nothing_without_one(void **state) {
    (void)state;
    struct redis_reply numbers[] = {
        number_reply(4), number_reply(2), number_reply(1500)};
    struct redis_reply workers[] = {number_reply(3), number_reply(1)};
    struct redis_reply stats[] = {
        number_reply(10), number_reply(2), number_reply(1), number_reply(0)};
    struct redis_reply rows[] = {
        list_reply(numbers, 3), list_reply(numbers, 3), list_reply(numbers, 3),
        list_reply(workers, 2), list_reply(stats, 4)};
    struct redis_reply reply = list_reply(rows, 5);
    struct registry *registry = registry_new();
    struct buffer page = {.limit = 65536};
    assert_true(queue_gauges_set(registry, &reply));
    registry_write(registry, "", &page);
    static const char *const lines[] = {
        "queue_depth{priority=\"5\"} 4\n",
        "queue_in_flight{priority=\"1\"} 2\n",
        "queue_oldest_age_seconds{priority=\"3\"} 1.5\n",
        "workers{state=\"busy\"} 1\n",
        "queue_completed_total{status=\"completed\"} 10\n",
        "queue_reclaimed_total 1\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_non_null(strstr(buffer_string(&page), lines[i]));
    }

    queue_gauges_unset(registry);
    buffer_reset(&page);
    registry_write(registry, "", &page);
    assert_int_equal(page.length, 0);
    rows[4].count = 3;
    assert_false(queue_gauges_set(registry, &reply));
    registry_free(registry);
    buffer_clear(&page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_queue_reads_a_job_that_was_taken),
        cmocka_unit_test(job_queue_leaves_out_what_is_no_job),
        cmocka_unit_test(job_queue_names_its_keys_after_the_version),
        cmocka_unit_test(job_queue_sends_every_field_of_job_and_result),
        cmocka_unit_test(job_ids_are_told_from_anything_else),
        cmocka_unit_test(job_ids_differ_within_one_moment),
        cmocka_unit_test(queue_gauges_show_a_snapshot_and_nothing_without_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
