/* The queue's scripts against a real Redis: who has a job, and who may end it. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/job_queue.h"
#include "agent/queue_taken.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/loop.h"
#include "support/test_client.h"
#include "support/test_redis.h"

enum { WORD_SIZE = 64, LONG_LEASE_MS = 30000, SHORT_LEASE_MS = 1, DAY_MS = 86400000 };

static struct test_redis server;
static struct test_client client;
static struct redis *redis;
static struct job_queue queue;
static struct job_ids ids;

/* What a script said: a word, or the jobs that were taken. */
struct said {
    bool done;
    char word[WORD_SIZE];
    size_t list_count;
    struct queue_taken taken;
};
static struct said said;

static int start_redis(void **state) {
    (void)state;
    struct error err = {0};
    test_client_init(&client);
    test_redis_start(&server);
    struct redis_options options = {.url = server.url, .authority = REDIS_MAY_ACT};
    redis = redis_new(client.loop, &options, &err);
    return redis ? 0 : -1;
}

static int stop_redis(void **state) {
    (void)state;
    redis_free(redis);
    test_client_clear(&client);
    test_redis_stop(&server);
    return 0;
}

static struct test_redis_answer ask(const char *command) {
    return test_client_redis(&client, server.url, command);
}

static int empty(void **state) {
    (void)state;
    ask("FLUSHALL");
    job_queue_init(&queue, redis, "v1");
    job_queue_make_groups(&queue, "ann");
    job_queue_make_groups(&queue, "ben");
    return 0;
}

static void clear_said(void) {
    for (size_t i = 0; i < said.taken.count; i++) job_clear(&said.taken.jobs[i]);
    said = (struct said){0};
}

static int forget(void **state) {
    (void)state;
    clear_said();
    return 0;
}

static void on_said(void *owner, const struct redis_result *result) {
    (void)owner;
    said.done = true;
    if (!result->reply) fail_msg("%s", result->error.message);
    const struct redis_reply *reply = result->reply;
    const struct redis_reply *word = reply;
    if (reply->kind == REDIS_LIST) said.list_count = reply->count;
    if (reply->kind == REDIS_LIST && reply->count > 0) word = &reply->items[0];
    struct text text = TEXT_IN(said.word);
    if (word->string.data) text_add_slice(&text, word->string);
    if (!queue_taken_read(&said.taken, reply)) said.taken.count = 0;
}

static void on_age(void *owner, const struct redis_result *result) {
    (void)owner;
    said.done = true;
    if (!result->reply) fail_msg("%s", result->error.message);
    assert_int_equal(result->reply->items[1].items[0].integer, 1);
    assert_int_equal(result->reply->items[1].items[2].integer, 0);
}

static void hear(void) {
    while (!said.done) test_client_breathe(&client);
}

static void submit(const char *key, enum chat_priority priority) {
    struct job job = {.submitted_ms = loop_wall_ms(), .version = "v1"};
    struct error err = {0};
    job_new_id(&ids, job.id, job.submitted_ms);
    memcpy(job.request_id, job.id, sizeof job.id);
    text_copy_cut(job.request.user_id, sizeof job.request.user_id, "ada");
    text_copy_cut(job.user_hash, sizeof job.user_hash, "0123456789abcdef");
    job.request.message = memory_copy_string("Hello");
    job.request.message_length = strlen("Hello");
    job.request.priority = priority;
    assert_true(idempotency_read(&job.idempotency, key, slice_of("body"), &err));
    clear_said();
    job_queue_submit(&queue, &job, DAY_MS, on_said, NULL);
    job_clear(&job);
    hear();
}

static void take(const char *worker, unsigned slots, uint64_t lease_ms) {
    struct queue_take options = {
        .worker = worker, .slots = slots, .lease_ms = lease_ms};
    clear_said();
    job_queue_take(&queue, &options, on_said, NULL);
    hear();
}

/* Ends a job as that worker; what the script says of it. The jobs taken stay. */
static const char *complete(const char *worker, const struct job *job) {
    static char word[WORD_SIZE];
    struct queue_taken taken = said.taken;
    struct job ended = *job;
    struct chat_result result = {
        .outcome = OUTCOME_SUCCESS,
        .message = "",
        .response = slice_of("Hi"),
        .turn = slice_of("[]"),
        .calls = slice_of("")};
    struct queue_completion completion = {
        .worker = worker, .is_last = true, .job = &ended, .result = &result};
    said = (struct said){0};
    job_queue_complete(&queue, &completion, on_said, NULL);
    hear();
    memcpy(word, said.word, sizeof word);
    said.taken = taken;
    return word;
}

static void a_job_is_ended_once(void **state) {
    (void)state;
    submit(NULL, PRIORITY_NORMAL);
    assert_string_equal(said.word, "queued");
    take("ann", 1, LONG_LEASE_MS);
    assert_int_equal(said.taken.count, 1);
    const struct job *job = &said.taken.jobs[0];
    assert_string_equal(complete("ben", job), "lost");
    assert_string_equal(complete("ann", job), "done");
    assert_string_equal(complete("ann", job), "lost");
    assert_int_equal(ask("XLEN jobs:finished").number, 1);
    assert_int_equal(ask("LLEN conv:ada").number, 1);
    assert_int_equal(ask("XLEN q:v1:3").number, 0);
    assert_string_equal(ask("HGET stats:v1 completed").text, "1");
}

/* A worker that was thought dead comes back: the job is somebody else's. */
static void whoever_was_silent_for_a_lease_has_lost_its_job(void **state) {
    (void)state;
    struct job job;
    submit(NULL, PRIORITY_NORMAL);
    take("ann", 1, LONG_LEASE_MS);
    job = said.taken.jobs[0];
    said.taken.count = 0; /* the job is kept here */
    do {
        take("ben", 1, SHORT_LEASE_MS);
    } while (said.taken.count == 0);
    assert_int_equal(said.taken.jobs[0].deliveries, 2);
    assert_string_equal(complete("ann", &job), "lost");
    assert_string_equal(complete("ben", &said.taken.jobs[0]), "done");
    assert_string_equal(complete("ann", &job), "lost");
    assert_int_equal(ask("XLEN jobs:finished").number, 1);
    assert_string_equal(ask("HGET stats:v1 reclaimed").text, "1");
    job_clear(&job);
}

static void a_beat_keeps_a_job_and_tells_of_lost_ones(void **state) {
    (void)state;
    submit(NULL, PRIORITY_NORMAL);
    take("ann", 1, LONG_LEASE_MS);
    struct job job = said.taken.jobs[0];
    said.taken.count = 0;
    const struct job *jobs[] = {&job};
    struct queue_beat beat = {
        .worker = "ann", .pid = 1, .every_ms = 1000, .jobs = jobs, .job_count = 1};
    clear_said();
    job_queue_beat(&queue, &beat, on_said, NULL);
    hear();
    assert_int_equal(said.list_count, 0);
    assert_string_equal(ask("HGET worker:ann state").text, "busy");
    beat.worker = "ben";
    clear_said();
    job_queue_beat(&queue, &beat, on_said, NULL);
    hear();
    assert_int_equal(said.list_count, 1);
    assert_string_equal(said.word, job.entry);
    job_clear(&job);
}

/* Nobody has to wait for the lease of a worker that has said goodbye. */
/* Without a job in hand. */
static void beat(const char *worker) {
    struct queue_beat idle = {.worker = worker, .pid = 1};
    clear_said();
    job_queue_beat(&queue, &idle, on_said, NULL);
    hear();
}

static void a_beat_makes_what_is_gone(void **state) {
    (void)state;
    ask("FLUSHALL");
    beat("ann");
    assert_int_equal(ask("EXISTS q:v1:5 q:v1:3 q:v1:1").number, 3);
    assert_int_equal(ask("XGROUP DELCONSUMER q:v1:5 agent ann").number, 0);
    beat("ann");
    assert_int_equal(ask("XGROUP CREATECONSUMER q:v1:5 agent ann").number, 0);
    assert_int_equal(ask("XGROUP CREATECONSUMER q:v1:1 agent ann").number, 0);
}

static void a_job_of_an_emptied_redis_is_lost_after_a_beat(void **state) {
    (void)state;
    submit(NULL, PRIORITY_NORMAL);
    take("ann", 1, LONG_LEASE_MS);
    ask("FLUSHALL");
    struct queue_taken taken = said.taken;
    said = (struct said){0};
    const struct job *jobs[] = {&taken.jobs[0]};
    struct queue_beat busy = {.worker = "ann", .pid = 1, .jobs = jobs, .job_count = 1};
    job_queue_beat(&queue, &busy, on_said, NULL);
    hear();
    assert_string_equal(said.word, taken.jobs[0].entry);
    said.taken = taken;
    assert_string_equal(complete("ann", &said.taken.jobs[0]), "lost");
}

static void jobs_end_and_workers_live_while_the_memory_is_full(void **state) {
    (void)state;
    submit(NULL, PRIORITY_NORMAL);
    take("ann", 1, LONG_LEASE_MS);
    ask("DEL worker:ann");
    ask("CONFIG SET maxmemory 1");
    assert_string_equal(complete("ann", &said.taken.jobs[0]), "done");
    ask("DEL worker:ann");
    beat("ann");
    ask("CONFIG SET maxmemory 0");
    assert_int_equal(ask("HEXISTS worker:ann beat_ms").number, 1);
}

static void an_age_is_never_negative(void **state) {
    (void)state;
    /* Of a clock that was put back since then. */
    ask("XADD q:v1:3 9999999999999-0 job later");
    clear_said();
    job_queue_snapshot(&queue, on_age, NULL);
    hear();
}

static void what_a_worker_leaves_behind_is_taken_at_once(void **state) {
    (void)state;
    submit(NULL, PRIORITY_NORMAL);
    take("ann", 1, LONG_LEASE_MS);
    take("ben", 1, LONG_LEASE_MS);
    assert_int_equal(said.taken.count, 0);
    clear_said();
    job_queue_leave(&queue, "ann", on_said, NULL);
    hear();
    assert_string_equal(said.word, "left");
    assert_string_equal(ask("HGET worker:ann state").text, "left");
    take("ben", 1, LONG_LEASE_MS);
    assert_int_equal(said.taken.count, 1);
    assert_int_equal(said.taken.jobs[0].deliveries, 2);
    clear_said();
    job_queue_leave(&queue, "ann", on_said, NULL);
    hear();
    assert_string_equal(said.word, "gone");
    assert_int_equal(ask("EXISTS worker:ann").number, 0);
}

static void a_queue_takes_in_as_many_as_it_may(void **state) {
    (void)state;
    queue.depth_max = 2;
    submit(NULL, PRIORITY_LOW);
    submit(NULL, PRIORITY_HIGH);
    submit("key", PRIORITY_NORMAL);
    assert_string_equal(said.word, "full");
    assert_int_equal(ask("KEYS idem:*").number, 0);
    take("ann", 1, 0);
    assert_int_equal(said.taken.count, 1);
    assert_int_equal(said.taken.jobs[0].queue, PRIORITY_HIGH);
    assert_string_equal(complete("ann", &said.taken.jobs[0]), "done");
    submit("key", PRIORITY_NORMAL);
    assert_string_equal(said.word, "queued");
    submit("key", PRIORITY_NORMAL);
    assert_string_equal(said.word, "same");
    assert_int_equal(ask("XLEN q:v1:3").number, 1);
    take("ann", 5, 0);
    assert_int_equal(said.taken.count, 2);
}

/* The fourth delivery is one too many. */
static void a_job_is_delivered_three_times(void **state) {
    (void)state;
    submit(NULL, PRIORITY_NORMAL);
    take("ann", 1, 0);
    for (uint32_t times = 2; times <= QUEUE_DELIVERIES_MAX; times++) {
        do {
            take("ben", 1, SHORT_LEASE_MS);
        } while (said.taken.count == 0);
        assert_int_equal(said.taken.jobs[0].deliveries, times);
    }
    do {
        take("ben", 1, SHORT_LEASE_MS);
    } while (said.taken.count == 0);
    /* It is told only so that its end can be recorded. */
    assert_int_equal(said.taken.jobs[0].deliveries, QUEUE_DELIVERIES_MAX + 1);
    assert_int_equal(ask("XLEN q:v1:dead").number, 1);
    assert_int_equal(ask("XLEN q:v1:3").number, 0);
    assert_string_equal(ask("HGET stats:v1 dead").text, "1");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, empty, forget)
    const struct CMUnitTest tests[] = {
        TEST(a_job_is_ended_once),
        TEST(whoever_was_silent_for_a_lease_has_lost_its_job),
        TEST(a_beat_keeps_a_job_and_tells_of_lost_ones),
        TEST(what_a_worker_leaves_behind_is_taken_at_once),
        TEST(a_queue_takes_in_as_many_as_it_may),
        TEST(a_beat_makes_what_is_gone),
        TEST(a_job_of_an_emptied_redis_is_lost_after_a_beat),
        TEST(jobs_end_and_workers_live_while_the_memory_is_full),
        TEST(an_age_is_never_negative),
        TEST(a_job_is_delivered_three_times),
    };
#undef TEST
    return cmocka_run_group_tests(tests, start_redis, stop_redis);
}
